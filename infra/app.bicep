metadata description = 'The function app on Flex Consumption.'

@description('Writes minutes as hh:mm:ss.')
func time(minutes int) string => '${padLeft(minutes / 60, 2, '0')}:${padLeft(minutes % 60, 2, '0')}:00'

param name string
param planName string
param location string
param tags object
param identityName string
param storageName string
param insightsName string

@description('The virtual network for the app\'s outgoing connections. Empty: none.')
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

@description('Whether all instances share a log in Redis. If not, each instance has a separate log in its memory.')
param hasRedis bool

@description('The connection string of the Redis: host:port and options, no key. Empty: there is no Redis.')
param redisConnectionString string

// A function that exceeds its timeout stops the worker, and with it all streams of its instance: so streams must end
// before that.
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
        // A stream counts as long as it is open. The platform's default, 16 for 2 GB, is for short requests.
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    // No cors: the functions send the CORS headers. If the platform sent them too, browsers would refuse the answer.
    siteConfig: {
      // Over HTTP/1.1 a browser opens at most six connections to a host, in all tabs together.
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      appSettings: [
        { name: 'AzureFunctionsJobHost__functionTimeout', value: time(functionTimeoutMinutes) }
        // Otherwise the host answers a POST to / with its own page and 200.
        { name: 'AzureWebJobsDisableHomepage', value: 'true' }
        { name: 'Streaming__MaxDuration', value: time(maxStreamMinutes) }
        { name: 'Hub__Publisher__Key', value: '@Microsoft.KeyVault(SecretUri=${hubPublisherKeyUri})' }
        { name: 'Hub__Anonymous', value: hubAnonymous ? 'true' : 'false' }
        { name: 'Cors__AllowedOrigins', value: corsAllowedOrigins }
        // Azure's front end appends the client's address to X-Forwarded-For. The host in front of the functions reads
        // it only if the first of these settings is true.
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

  // Turns off deployment passwords. Bicep's type lacks the location, but Azure refused some function apps without it:
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
