metadata description = 'SseFunctions on Azure Functions Flex Consumption: no shared keys, and for many idle streams.'

targetScope = 'subscription'

@description('The name of the environment. The resource group is rg-<name>; the names of the resources derive from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('The region of all resources. It must offer Flex Consumption.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('The object id of the user who may read and replace the publishers\' key; azd gives yours. Empty: nobody.')
param principalId string = ''

@description('Open streams per instance before the platform adds an instance. The platform allows 1000 at most.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 1000

@description('The memory of an instance, in MB. The price of an instance depends on it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances that always run, so that no client waits for a cold start. They cost money also while idle.')
@minValue(0)
@maxValue(100)
param alwaysReadyInstances int = 0

@description('The most instances on demand, beside the always ready instances. Many regions accept no less than 40.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Minutes after which a stream ends and its client reconnects. The function timeout is one minute longer.')
@minValue(2)
@maxValue(1380)
param maxStreamMinutes int = 9

@description('Whether clients may subscribe to public updates without a token.')
param hubAnonymous bool = false

@description('The origins whose pages may read the streams, comma-separated; * for all. Empty: only the app\'s own.')
param corsAllowedOrigins string = ''

@description('The Azure Managed Redis for the shared log of all instances: none, private (virtual network) or public.')
@allowed(['none', 'private', 'public'])
param redis string = 'none'

@description('The SKU of the Azure Managed Redis, which sets its size and price.')
param redisSku string = 'Balanced_B0'

@description('Whether the Redis has a replica that takes over when it fails. The replica doubles the price.')
param redisHighAvailability bool = true

@description('The publishers\' key. Used only if the vault has no key yet. To replace the key, change it in the vault.')
@minLength(32)
@secure()
param hubPublisherKey string = '${newGuid()}${newGuid()}'

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var names = {
  app: 'func-${token}'
  plan: 'plan-${token}'
  identity: 'id-${token}'
  storage: 'st${token}'
  workspace: 'log-${token}'
  insights: 'appi-${token}'
  keyVault: 'kv-${token}'
  network: redis == 'private' ? 'vnet-${token}' : ''
  redis: 'amr-${token}'
}

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module storage 'storage.bicep' = {
  scope: group
  params: {
    name: names.storage
    location: location
    tags: tags
    identityName: names.identity
  }
  dependsOn: [identity]
}

module monitoring 'monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    identityName: names.identity
  }
  dependsOn: [identity]
}

module keyVault 'keyvault.bicep' = {
  scope: group
  params: {
    name: names.keyVault
    location: location
    tags: tags
    identityName: names.identity
    ownerPrincipalId: principalId
    hubPublisherKey: hubPublisherKey
  }
  dependsOn: [identity]
}

module network 'network.bicep' = if (redis == 'private') {
  scope: group
  params: {
    name: names.network
    location: location
    tags: tags
  }
}

module sharedLog 'redis.bicep' = if (redis != 'none') {
  scope: group
  params: {
    name: names.redis
    location: location
    tags: tags
    sku: redisSku
    highAvailability: redisHighAvailability
    identityName: names.identity
    networkName: names.network
  }
  dependsOn: [identity, network]
}

module app 'app.bicep' = {
  scope: group
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: tags
    identityName: names.identity
    storageName: names.storage
    insightsName: names.insights
    networkName: names.network
    packageContainerUri: storage.outputs.packageContainerUri
    hubPublisherKeyUri: keyVault.outputs.hubPublisherKeyUri
    httpConcurrency: httpConcurrency
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
    maxStreamMinutes: maxStreamMinutes
    hubAnonymous: hubAnonymous
    corsAllowedOrigins: corsAllowedOrigins
    hasRedis: redis != 'none'
    redisConnectionString: redis == 'none' ? '' : sharedLog!.outputs.connectionString
  }
  // The app's roles must exist before the app starts.
  dependsOn: [monitoring, network]
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output AZURE_KEY_VAULT_NAME string = keyVault.outputs.name

@description('The address of the page, and the base address of all functions.')
output PAGE_URL string = app.outputs.url

@description('The address of the hub: publishers post updates to it, and subscribers open streams from it.')
output HUB_URL string = '${app.outputs.url}/.well-known/mercure'
