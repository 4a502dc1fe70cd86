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
// With this variable the Functions host takes the client's address from X-Forwarded-For. The worker inherits the
// variable, which would stop it from taking the client's host name from X-Forwarded-Host.
if (builder.Configuration.GetValue<bool>("ASPNETCORE_FORWARDEDHEADERS_ENABLED"))
{
    builder.Services.PostConfigure<ForwardedHeadersOptions>(
        options => options.ForwardedHeaders = ForwardedHeaders.All);
}
if (TelemetrySettings.HasCollector(builder.Configuration) || TelemetrySettings.HasAzureMonitor(builder.Configuration))
    AddTelemetry();
builder.Build().Run();

// A separate method, so that the OpenTelemetry assemblies are not loaded when nothing is exported.
[MethodImpl(MethodImplOptions.NoInlining)]
void AddTelemetry() => builder.Services.AddSseTelemetry(builder.Configuration)
    .UseFunctionsWorkerDefaults()
    .AddAzureMonitor(builder.Configuration);
