using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Streaming.Configuration;

namespace SseFunctions.Streaming;

/// <summary>Adds streams to an app's services.</summary>
public static class StreamingServices
{
    /// <summary>Adds <see cref="EventStreams"/> and <see cref="CrossOrigin"/>, with the settings of the sections
    /// <c>Streaming</c> and <c>Cors</c>, which are validated when the host starts. This may be called several times
    /// with the same configuration.</summary>
    /// <exception cref="InvalidOperationException">An earlier call had other settings.</exception>
    public static IServiceCollection AddSseStreaming(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddStreaming(configuration, nameof(AddSseStreaming));
    }

    /// <summary>Adds the same services for another package, such as the hub. Messages of exceptions name
    /// <paramref name="method"/>, the method that the app has called.</summary>
    internal static IServiceCollection AddStreaming(
        this IServiceCollection services, IConfiguration configuration, string method)
    {
        string[] sections = [StreamingOptions.Section, CrossOriginOptions.Section];
        if (!services.TryAddFeature(nameof(EventStreams), method, configuration, sections)) return services;

        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSettings<StreamingOptions>(configuration, StreamingOptions.Section);
        services.AddSingleton(provider => new StreamMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(provider => new EventStreams(
            provider.GetRequiredService<IOptions<StreamingOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<StreamMetrics>(),
            provider.GetRequiredService<ILogger<EventStreams>>()));

        services.AddSettings<CrossOriginOptions>(configuration, CrossOriginOptions.Section, options =>
        {
            const string section = CrossOriginOptions.Section;
            options.AllowedOrigins = Settings.List(
                configuration, $"{section}:{nameof(options.AllowedOrigins)}", options.AllowedOrigins);
            options.AllowedHeaders = Settings.List(
                configuration, $"{section}:{nameof(options.AllowedHeaders)}", options.AllowedHeaders);
        }, isShared: true);
        services.AddSingleton(provider =>
            new CrossOrigin(provider.GetRequiredService<IOptions<CrossOriginOptions>>().Value));
        return services;
    }
}
