using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using SseFunctions.Hub;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
// The hub: IUpdatePublisher, and the functions of the package. It adds EventStreams too. Browsers subscribe without a token
// because local.settings.json sets Hub__Anonymous. In Azure, set it too, or give them tokens.
builder.Services.AddSseHub(builder.Configuration);
builder.Build().Run();
