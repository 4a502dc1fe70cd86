using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Deployment;

/// <summary>The three values of the parameter redis in infra/: none, private and public.</summary>
public sealed class RedisTests
{
    [Fact]
    public async Task There_is_none_unless_asked_for()
    {
        var deployment = await AzureDeployment.Default();
        Assert.DoesNotContain("Microsoft.Cache", deployment.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.Network", deployment.Text, StringComparison.Ordinal);
        Assert.All(
            ["ConnectionString", "Credential", "ClientId"],
            name => Assert.Equal("", deployment.Settings[$"Redis__{name}"]));
    }

    [Fact]
    public async Task A_private_one_is_reached_from_the_network_of_the_app_alone()
    {
        var deployment = await AzureDeployment.WithPrivateRedis();
        Assert.Equal("Disabled", Cluster(deployment, "publicNetworkAccess"));
        var network = deployment.Single("Microsoft.Network/virtualNetworks");
        var id = network.GetProperty("id").GetString();
        Assert.Equal($"{id}/subnets/app", deployment.App.GetProperty("virtualNetworkSubnetId").GetString());
        var subnets = network.GetProperty("properties").GetProperty("subnets").EnumerateArray().ToArray();
        Assert.Equal(["app", "private-endpoints"], subnets.Select(subnet => subnet.GetProperty("name").GetString()));
        var delegations = subnets[0].GetProperty("properties").GetProperty("delegations").EnumerateArray();
        Assert.Equal(
            "Microsoft.App/environments",
            Assert.Single(delegations).GetProperty("properties").GetProperty("serviceName").GetString());
        var endpoint = deployment.Single("Microsoft.Network/privateEndpoints").GetProperty("properties");
        Assert.Equal($"{id}/subnets/private-endpoints", endpoint.GetProperty("subnet").GetProperty("id").GetString());
        Assert.Equal(
            "privatelink.redis.azure.net",
            deployment.Single("Microsoft.Network/privateDnsZones").GetProperty("name").GetString());
        var link = deployment.Single("Microsoft.Network/privateDnsZones/virtualNetworkLinks");
        Assert.Equal(
            id, link.GetProperty("properties").GetProperty("virtualNetwork").GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_public_one_needs_no_network()
    {
        var deployment = await AzureDeployment.WithPublicRedis();
        Assert.Equal("Enabled", Cluster(deployment, "publicNetworkAccess"));
        Assert.DoesNotContain("Microsoft.Network/", deployment.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_knows_the_app_by_its_identity_over_TLS_and_drops_nothing(bool isPublic)
    {
        var deployment = await (isPublic ? AzureDeployment.WithPublicRedis() : AzureDeployment.WithPrivateRedis());
        Assert.Equal("1.2", Cluster(deployment, "minimumTlsVersion"));
        var database = deployment.Single("Microsoft.Cache/redisEnterprise/databases").GetProperty("properties");
        Assert.Equal("Disabled", database.GetProperty("accessKeysAuthentication").GetString());
        Assert.Equal("Encrypted", database.GetProperty("clientProtocol").GetString());
        Assert.Equal("NoEviction", database.GetProperty("evictionPolicy").GetString());
        Assert.Equal(10000, database.GetProperty("port").GetInt32());
        var user = deployment.Single("Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments")
            .GetProperty("properties").GetProperty("user");
        var identity = deployment.Single("Microsoft.ManagedIdentity/userAssignedIdentities")
            .GetProperty("id").GetString()!;
        Assert.Contains(identity, user.GetProperty("objectId").GetString(), StringComparison.Ordinal);
        Assert.Equal("managedidentity", deployment.Settings["Redis__Credential"]);
        Assert.Contains(identity, deployment.Settings["Redis__ClientId"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_size_is_a_matter_of_parameters()
    {
        var standard = await AzureDeployment.WithPrivateRedis();
        Assert.Equal("Balanced_B0", Size(standard));
        Assert.Equal("Enabled", Cluster(standard, "highAvailability"));
        var deployment = await AzureDeployment.WithPublicRedis();
        Assert.Equal("Balanced_B5", Size(deployment));
        Assert.Equal("Disabled", Cluster(deployment, "highAvailability"));
    }

    private static string? Size(AzureDeployment deployment) =>
        deployment.Single("Microsoft.Cache/redisEnterprise").GetProperty("sku").GetProperty("name").GetString();

    private static string? Cluster(AzureDeployment deployment, string property) =>
        deployment.Single("Microsoft.Cache/redisEnterprise")
            .GetProperty("properties").GetProperty(property).GetString();
}
