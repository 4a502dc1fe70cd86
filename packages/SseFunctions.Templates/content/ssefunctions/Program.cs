using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using SseFunctions.Hub;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
// Adds the hub: IUpdatePublisher, EventStreams, and the services of the package's functions. On this machine browsers
// subscribe without a token, because local.settings.json sets Hub__Anonymous. In Azure, set it too, or use tokens.
builder.Services.AddSseHub(builder.Configuration);
builder.Build().Run();
