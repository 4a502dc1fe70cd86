using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Hosting;
using SseFunctions;
using SseFunctions.Telemetry;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSseFunctions(builder.Configuration);
if (TelemetrySettings.HasCollector(builder.Configuration) || TelemetrySettings.HasAzureMonitor(builder.Configuration))
    AddTelemetry();
builder.Build().Run();

// Apart, so that its packages are not even loaded where nothing is exported.
[MethodImpl(MethodImplOptions.NoInlining)]
void AddTelemetry() => builder.Services.AddSseTelemetry(builder.Configuration)
    .UseFunctionsWorkerDefaults()
    .AddAzureMonitor(builder.Configuration);
