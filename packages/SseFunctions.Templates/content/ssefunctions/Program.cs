using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using SseFunctions.Hub;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
// Adds the hub: IUpdatePublisher, EventStreams, and the functions of the package. Browsers may subscribe without a
// token because local.settings.json sets Hub__Anonymous. In Azure, set the app setting Hub__Anonymous too, or give
// browsers tokens.
builder.Services.AddSseHub(builder.Configuration);
builder.Build().Run();
