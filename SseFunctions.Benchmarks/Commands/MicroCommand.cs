using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Runs one of the micro-benchmarks.</summary>
internal static class MicroCommand
{
    /// <summary>Measures, and prints the result.</summary>
    /// <typeparam name="TBenchmark">A public class with methods that are marked as benchmarks.</typeparam>
    public static void Run<TBenchmark>()
    {
        var folder = Directory.CreateTempSubdirectory("benchmark-");
        try
        {
            // Runs in this process, because the default toolchain would generate, restore and build a project first.
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .WithArtifactsPath(folder.FullName)
                .WithOptions(ConfigOptions.DisableLogFile);
            var summary = BenchmarkRunner.Run<TBenchmark>(config);
            MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Ascii);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
