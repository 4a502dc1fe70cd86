using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>What it takes to make an event.</summary>
internal static class EncodeCommand
{
    /// <summary>Measures and prints.</summary>
    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("encode-");
        try
        {
            // In this process: the default toolchain would generate, restore and build a project first.
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .WithArtifactsPath(folder.FullName)
                .WithOptions(ConfigOptions.DisableLogFile);
            var summary = BenchmarkRunner.Run<EncodeBenchmark>(config);
            MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Ascii);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
