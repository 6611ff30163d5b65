using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Orchestrator.TestKit;
using Temporal.Server;

namespace Orchestrator.Benchmarks.Sdk;

/// <summary>
/// Our SDK against the official one for TypeScript, both in processes of their own on the same embedded server. Each prints a line of a
/// Markdown table.
/// </summary>
internal static class SdkBenchmarks
{
    private const int Repetitions = 5;
    private static readonly string Reference = RepositoryFiles.Path("tests/Conformance/bench");

    public static async Task<int> LoadAsync()
    {
        await using var server = await StartAsync();
        var address = AddressOf(server);
        var theirs = await JsonAsync(
            "node",
            [
                Path.Combine(Reference, "bench.mjs"),
                "--address",
                address,
                "--workflows",
                "1000",
                "--sequential",
                "1",
                "--signals",
                "1000",
                "--long",
                "1",
            ]
        );
        var ours = await JsonAsync("dotnet", [typeof(SdkBenchmarks).Assembly.Location, "sdk-process-load", address, "1000", "1000"]);
        var (theirCpu, ourCpu) = (
            theirs.GetProperty("parallel").GetProperty("clientAndWorkerCpuMsPerUnit").GetDouble(),
            ours.GetProperty("parallel").GetProperty("ClientAndWorkerCpuMsPerUnit").GetDouble()
        );
        var (theirRate, ourRate) = (
            theirs.GetProperty("signals").GetProperty("perSecond").GetDouble(),
            ours.GetProperty("signals").GetProperty("PerSecond").GetDouble()
        );
        return Print(
                "SDK: one-activity workflow, processor time of client and worker",
                Ms(theirCpu),
                Ms(ourCpu),
                ourCpu / theirCpu,
                "1/3",
                ourCpu / theirCpu <= 1.0 / 3
            )
            + Print(
                "SDK: one long workflow driven by signals, tasks per second",
                $"{theirRate:F0}/s",
                $"{ourRate:F0}/s",
                ourRate / theirRate,
                "at least 1.5",
                ourRate / theirRate >= 1.5
            );
    }

    public static async Task<int> MemoryAsync()
    {
        const int Runs = 10_000;
        await using var server = await StartAsync();
        var ours = await JsonAsync(
            "dotnet",
            [typeof(SdkBenchmarks).Assembly.Location, "sdk-process-memory", AddressOf(server), Runs.ToString(CultureInfo.InvariantCulture)]
        );
        var perRun = ours.GetProperty("bytesPerRun").GetInt64() / 1024.0;
        return Print($"SDK: memory per cached idle run, at {Runs:N0} runs", "-", $"{perRun:F1} KB", null, "25 KB", perRun <= 25);
    }

    public static async Task<int> ColdAsync()
    {
        await using var server = await StartAsync();
        var address = AddressOf(server);
        var bundle = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.js");
        try
        {
            await RunAsync("node", [Path.Combine(Reference, "cold.mjs"), "bundle", bundle]);
            List<double> theirs = [],
                ours = [];
            for (var round = -1; round < Repetitions; round++)
            {
                var their = await UntilFirstLineAsync("node", [Path.Combine(Reference, "cold.mjs"), address, bundle]);
                var our = await UntilFirstLineAsync("dotnet", [typeof(SdkBenchmarks).Assembly.Location, "sdk-process-cold", address]);
                if (round >= 0)
                {
                    theirs.Add(their);
                    ours.Add(our);
                }
            }

            var (reference, mine) = (Median(theirs), Median(ours));
            return Print(
                "SDK: cold process to the first workflow's result",
                Ms(reference),
                Ms(mine),
                mine / reference,
                "1, and 600 ms",
                mine < reference && mine <= 600
            );
        }
        finally
        {
            File.Delete(bundle);
        }
    }

    public static async Task<int> ReplayAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bench-histories-").FullName;
        try
        {
            var program = RepositoryFiles.BuiltProgram("tests/Temporal.Sdk.Tests", "Orchestrator.Temporal.Sdk.Tests.dll");
            await RunAsync("dotnet", [program, "long-histories", folder]);
            var theirs = (await JsonAsync("node", [Path.Combine(Reference, "replay-long.mjs"), folder, "5"]))
                .GetProperty("milliseconds")
                .GetDouble();
            var ours = (await JsonAsync("dotnet", [program, "replay-long", "5"])).GetProperty("milliseconds").GetDouble();
            return Print(
                "SDK: replay of the three long histories (17,142 events), without parsing",
                Ms(theirs),
                Ms(ours),
                ours / theirs,
                "0.2",
                ours / theirs <= 0.2
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<TemporalServer> StartAsync()
    {
        var server = new TemporalServer(new() { Address = new(IPAddress.Loopback, 0) });
        await server.StartAsync();
        return server;
    }

    private static string AddressOf(TemporalServer server) => new Uri(server.Addresses[0]).Authority;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Ms(double value) => value < 10 ? $"{value:F2} ms" : $"{value:F0} ms";

    private static int Print(string what, string reference, string ours, double? ratio, string bar, bool reached)
    {
        Console.WriteLine(
            $"| {what} | {reference} | {ours} | {(ratio is { } value ? value.ToString("F2", CultureInfo.InvariantCulture) : "-")} | "
                + $"{bar}{(reached ? string.Empty : ": missed")} |"
        );
        return reached ? 0 : 1;
    }

    private static async Task<JsonElement> JsonAsync(string program, string[] arguments)
    {
        using var document = JsonDocument.Parse(await RunAsync(program, arguments));
        return document.RootElement.Clone();
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? said
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}");
    }

    private static async Task<double> UntilFirstLineAsync(string program, string[] arguments)
    {
        var began = Stopwatch.GetTimestamp();
        using var process = Start(program, arguments);
        var line = await process.StandardOutput.ReadLineAsync();
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await process.WaitForExitAsync();
        return line == "done"
            ? took
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} said '{line}' instead of 'done'");
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
}
