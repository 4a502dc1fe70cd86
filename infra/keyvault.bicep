metadata description = 'The vault with the publishers\' key. The first deployment makes the key; no output shows it.'

param name string
param location string
param tags object

@description('The name of the app\'s managed identity.')
param identityName string

@description('The object id of the user or group that may read and replace the key. Empty: nobody.')
param ownerPrincipalId string

@secure()
param hubPublisherKey string

var secretsUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '4633458b-17de-408a-b874-0445c86b69e6'
)
var secretsOfficer = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
  }
}

// Otherwise each deployment would make a new key, and publishers with the old key would be refused.
@onlyIfNotExists()
resource key 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'hub-publisher-key'
  properties: {
    value: hubPublisherKey
    contentType: 'The key that signs the tokens of publishers (HS256)'
  }
}

resource appReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityName, secretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUser
  }
}

resource ownerReplaces 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(ownerPrincipalId)) {
  scope: vault
  name: guid(vault.id, ownerPrincipalId, secretsOfficer)
  properties: {
    principalId: ownerPrincipalId
    roleDefinitionId: secretsOfficer
  }
}

output name string = vault.name

@description('The address of the key, without a version, so that the app finds a key that replaces it.')
output hubPublisherKeyUri string = '${vault.properties.vaultUri}secrets/${key.name}'
