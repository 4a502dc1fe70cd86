using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Tests.Hub.Redis;

public sealed class RedisOptionsTests
{
    private const string Azure = "name.westeurope.redis.azure.net:10000";

    [Theory]
    [InlineData("localhost:6379", "", "")]
    [InlineData("localhost:6379,password=secret,ssl=false", "", "")]
    [InlineData(Azure, "managedidentity", "")]
    [InlineData(Azure, "ManagedIdentity", "00000000-0000-0000-0000-000000000001")]
    [InlineData(Azure + ",ssl=true", "default", "")]
    public void Can_be_used(string connectionString, string credential, string clientId) =>
        Assert.Empty(((ISettings)Options(connectionString, credential, clientId)).Problems());

    [Theory]
    [InlineData("", "", "", "Redis:ConnectionString is not set: set it to")]
    [InlineData("", "managedidentity", "", "Redis:Credential is set without Redis:ConnectionString")]
    [InlineData(Azure, "managed", "", "Redis:Credential is 'managed': set it to 'managedidentity'")]
    [InlineData(Azure, "", "1", "Redis:ClientId is set without Redis:Credential")]
    [InlineData(Azure + ",password=secret", "managedidentity", "", "Redis:ConnectionString has a user or a password")]
    [InlineData(Azure + ",user=secret", "managedidentity", "", "Redis:ConnectionString has a user or a password")]
    [InlineData(Azure + ",ssl=false", "managedidentity", "", "Redis:ConnectionString has ssl=false")]
    [InlineData("localhost,ssl=perhaps", "managedidentity", "", "Redis:ConnectionString cannot be read")]
    public void Says_what_to_change(string connectionString, string credential, string clientId, string message)
    {
        var problem = Assert.Single(((ISettings)Options(connectionString, credential, clientId)).Problems());
        Assert.StartsWith(message, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("localhost:6379,ssl=true")]
    public async Task With_an_identity_TLS_need_not_be_asked_for(string connectionString)
    {
        var options = Options(connectionString, "managedidentity", "");
        await using var identity = RedisIdentity.Create(options, TimeProvider.System, NullLogger.Instance);
        Assert.True(options.TryParse(out var configuration));
        identity!.Configure(configuration);
        Assert.True(configuration.Ssl);
        Assert.True(RedisIdentity.ForMessages(configuration).Ssl);
        Assert.Null(configuration.Password);
    }

    private static RedisOptions Options(string connectionString, string credential, string clientId) =>
        new() { ConnectionString = connectionString, Credential = credential, ClientId = clientId };
}
