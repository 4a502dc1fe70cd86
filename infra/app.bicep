metadata description = 'The function app on Flex Consumption.'

@description('Minutes as hh:mm:ss.')
func time(minutes int) string => '${padLeft(minutes / 60, 2, '0')}:${padLeft(minutes % 60, 2, '0')}:00'

param name string
param planName string
param location string
param tags object
param identityName string
param storageName string
param insightsName string

@description('The network that the app calls out from. Empty: none.')
param networkName string

param packageContainerUri string
param hubPublisherKeyUri string
param httpConcurrency int
param instanceMemoryMB int
param alwaysReadyInstances int
param maximumInstances int
param maxStreamMinutes int
param hubAnonymous bool
param corsAllowedOrigins string

@description('Whether all instances share a log in Redis. Otherwise each has its own.')
param hasRedis bool

@description('host:port of the Redis. Empty if there is none.')
param redisConnectionString string

// A function that goes on after its timeout takes all streams of its instance with it: so they end before.
var functionTimeoutMinutes = maxStreamMinutes + 1

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(networkName)
      ? null
      : resourceId('Microsoft.Network/virtualNetworks/subnets', networkName, 'app')
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
        // A stream holds its place for its whole life. The platform's default, 16 for 2 GB, is for short requests.
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    // No cors: the functions answer for it themselves, and two answers are none.
    siteConfig: {
      // A browser opens six connections to a host of HTTP/1.1, in all its tabs together.
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      appSettings: [
        { name: 'AzureFunctionsJobHost__functionTimeout', value: time(functionTimeoutMinutes) }
        // Or the host answers a POST to / with a page of its own, and 200.
        { name: 'AzureWebJobsDisableHomepage', value: 'true' }
        { name: 'Streaming__MaxDuration', value: time(maxStreamMinutes) }
        { name: 'Hub__Publisher__Key', value: '@Microsoft.KeyVault(SecretUri=${hubPublisherKeyUri})' }
        { name: 'Hub__Anonymous', value: hubAnonymous ? 'true' : 'false' }
        { name: 'Cors__AllowedOrigins', value: corsAllowedOrigins }
        // Azure's front end appends the client's address to X-Forwarded-For, and the host in front of the functions
        // reads it there only if the first of these is set.
        { name: 'ASPNETCORE_FORWARDEDHEADERS_ENABLED', value: 'true' }
        { name: 'Hub__TrustedProxies', value: '1' }
        { name: 'Redis__ConnectionString', value: redisConnectionString }
        { name: 'Redis__Credential', value: hasRedis ? 'managedidentity' : '' }
        { name: 'Redis__ClientId', value: hasRedis ? identity.properties.clientId : '' }
        { name: 'AzureWebJobsStorage__accountName', value: storageName }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
        {
          name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
          value: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        }
      ]
    }
  }

  // Passwords to deploy with. The location is missing in the type, and without it some function apps were refused:
  // https://github.com/Azure/bicep-types-az/issues/1504
  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    #disable-next-line BCP187
    location: location
    properties: { allow: false }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    #disable-next-line BCP187
    location: location
    properties: { allow: false }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
