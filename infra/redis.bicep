metadata description = 'Azure Managed Redis for the shared log. The app signs in with its identity, without keys.'

param name string
param location string
param tags object
param sku string
param highAvailability bool

@description('The name of the app\'s managed identity.')
param identityName string

@description('The only virtual network that reaches the Redis. Empty: every client with an identity, over TLS.')
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
    // One address for clients, and one order of pub/sub messages. All keys of the log are in one slot.
    clusteringPolicy: 'EnterpriseCluster'
    // The log trims itself. If Redis evicted keys, clients would miss updates.
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
