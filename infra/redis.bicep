metadata description = 'The log that all instances share, in Azure Managed Redis. It knows the app by its identity; there are no access keys.'

param name string
param location string
param tags object
param sku string
param highAvailability bool

@description('Whom the app is known as.')
param identityName string

@description('The network that alone reaches it. Empty: it is reached over the internet, still with an identity and TLS alone.')
param networkName string

var isPrivate = !empty(networkName)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    minimumTlsVersion: '1.2'
    highAvailability: highAvailability ? 'Enabled' : 'Disabled'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: cluster
  name: 'default'
  properties: {
    port: 10000
    clientProtocol: 'Encrypted'
    accessKeysAuthentication: 'Disabled'
    // One address, and one order of pub/sub. The log's keys have one slot.
    clusteringPolicy: 'EnterpriseCluster'
    // The log drops what is old by itself. Anything else dropped would be a gap.
    evictionPolicy: 'NoEviction'
  }
}

resource appMayUse 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = {
  parent: database
  name: 'app'
  properties: {
    accessPolicyName: 'default'
    user: { objectId: identity.properties.principalId }
  }
}

resource privateEndpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = if (isPrivate) {
  name: 'pep-${name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: resourceId('Microsoft.Network/virtualNetworks/subnets', networkName, 'private-endpoints') }
    privateLinkServiceConnections: [
      {
        name: 'redis'
        properties: {
          privateLinkServiceId: cluster.id
          groupIds: ['redisEnterprise']
        }
      }
    ]
  }

  resource dns 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: 'redis'
          properties: {
            privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', 'privatelink.redis.azure.net')
          }
        }
      ]
    }
  }
}

output connectionString string = '${cluster.properties.hostName}:${database.properties.port},ssl=true'
