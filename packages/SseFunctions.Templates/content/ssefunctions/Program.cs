using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
// The hub: IUpdatePublisher, and the functions of the package. It adds EventStreams too.
builder.Services.AddSseHub(builder.Configuration);
// These lines have whole URLs in them, and a client may send its token there.
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
builder.Build().Run();
