using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SseFunctions;
using SseFunctions.Telemetry;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSseFunctions(builder.Configuration);
// With this variable the host takes the client's address from X-Forwarded-For. The worker inherits the variable, and would
// no longer take the client's host name from X-Forwarded-Host.
if (builder.Configuration.GetValue<bool>("ASPNETCORE_FORWARDEDHEADERS_ENABLED"))
{
    builder.Services.PostConfigure<ForwardedHeadersOptions>(
        options => options.ForwardedHeaders = ForwardedHeaders.All);
}
if (TelemetrySettings.HasCollector(builder.Configuration) || TelemetrySettings.HasAzureMonitor(builder.Configuration))
    AddTelemetry();
builder.Build().Run();

// Apart, so that its packages are not even loaded where nothing is exported.
[MethodImpl(MethodImplOptions.NoInlining)]
void AddTelemetry() => builder.Services.AddSseTelemetry(builder.Configuration)
    .UseFunctionsWorkerDefaults()
    .AddAzureMonitor(builder.Configuration);
