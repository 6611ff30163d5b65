using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Benchmarks.Git;
using Orchestrator.TestKit;
using Temporalio.Api.WorkflowService.V1;
using static Orchestrator.Benchmarks.Server.Report;

namespace Orchestrator.Benchmarks.Server;

/// <summary>
/// The embedded engine, served by the built command. Bars are in F, the time of one commit on the same disk in the same run. Each prints
/// lines of a Markdown table.
/// </summary>
internal static class ServerBenchmarks
{
    /// <summary>Start-up of the process to its first answer: on an empty file, and on one with many runs.</summary>
    /// <param name="program">The built command.</param>
    /// <param name="closed">Closed runs of the large file.</param>
    /// <param name="open">Open runs of the large file; also measured: what they cost while nothing happens.</param>
    public static async Task<int> StartUpAsync(string program, int closed = 100_000, int open = 10_000)
    {
        using var folder = new BenchFolder();
        List<double> empty = [];
        for (var round = -1; round < 9; round++)
        {
            var (engine, milliseconds) = await EngineHostedService.StartAsync(program, folder.Path, $"empty{round}.db");
            await engine.DisposeAsync();
            if (round >= 0)
            {
                empty.Add(milliseconds);
            }
        }

        var failed = Print("engine: start-up to first answer, empty file", "-", Timing.Median(empty), "ms", 250);
        var (large, _) = await EngineHostedService.StartAsync(program, folder.Path, "large.db");
        await EngineHostedService.ManyAsync(
            closed + open,
            64,
            async i =>
            {
                await large.StartWorkflowAsync($"w{i}");
                if (i < closed)
                {
                    await large.TerminateAsync($"w{i}");
                }
            }
        );
        failed += await ListAsync(large, closed, open);
        await large.DisposeAsync();
        (large, var started) = await EngineHostedService.StartAsync(program, folder.Path, "large.db");
        failed += Print(
            Text($"engine: start-up to first answer, {closed:N0} closed runs and {open:N0} open ones"),
            "-",
            started,
            "ms",
            1000
        );

        // The first sweep comes after half a minute and gives back what the closed runs have freed; the next ones are ten minutes apart.
        await Task.Delay(TimeSpan.FromSeconds(40));
        var before = large.ProcessorMs;
        await Task.Delay(TimeSpan.FromSeconds(20));
        failed += Print(
            Text($"engine: idle with {open:N0} open runs, share of a core"),
            "-",
            (large.ProcessorMs - before) / 20_000 * 100,
            "%",
            0.5
        );
        failed += Print(Text($"engine: idle with {open:N0} open runs, memory"), "-", large.MemoryMb, "MB", 200);
        await large.DisposeAsync();
        return failed;
    }

    /// <summary>The RPC that starts a workflow: one caller, and 64.</summary>
    public static async Task<int> StartRpcAsync(string program)
    {
        using var folder = new BenchFolder();
        var (engine, _) = await EngineHostedService.StartAsync(program, folder.Path, "starts.db");
        await using (engine)
        {
            await EngineHostedService.ManyAsync(500, 8, i => engine.StartWorkflowAsync($"warm{i}"));
            List<double> commits = [CommitTime.Measure(folder.Path)],
                alone = [];
            for (var i = 0; i < 300; i++)
            {
                alone.Add(await Timing.MillisecondsAsync(() => engine.StartWorkflowAsync($"one{i}")));
            }
            commits.Add(CommitTime.Measure(Directory.CreateDirectory(Path.Combine(folder.Path, "again")).FullName));
            var f = commits.Average();
            var single = Timing.Median(alone);
            var before = engine.ProcessorMs;
            var all = await Timing.MillisecondsAsync(() =>
                EngineHostedService.ManyAsync(3000, 64, i => engine.StartWorkflowAsync($"many{i}"))
            );
            var perStart = (engine.ProcessorMs - before) / 3000;
            var failed = Print("engine: start RPC, one caller, median", $"F = {Ms(f)}", single, "ms", f + 0.5);
            return failed
                + (
                    f >= 1
                        ? PrintAtLeast(
                            "engine: start RPC, 64 callers, times the rate of one",
                            Text($"{1000 / single:0} per second"),
                            3000 / all * single,
                            "x",
                            5
                        )
                        : Print("engine: start RPC, 64 callers, server's processor time per start", $"F = {Ms(f)}", perStart, "ms", 0.3)
                );
        }
    }

    /// <summary>The official client and worker, twice on one server: the second time the runtime knows what is used often.</summary>
    public static async Task<int> LoadAsync(string program)
    {
        using var folder = new BenchFolder();
        var (engine, _) = await EngineHostedService.StartAsync(program, folder.Path, "load.db");
        await using (engine)
        {
            var first = await DriveAsync(engine);
            var f = CommitTime.Measure(folder.Path);
            var second = await DriveAsync(engine);
            Print(
                "engine: official client and worker, first run: server's processor time per workflow",
                Theirs(first),
                Server(first),
                "ms",
                null
            );
            var failed = Print(
                "engine: official client and worker, second run: server's processor time per workflow",
                Theirs(second),
                Server(second),
                "ms",
                0.6 * Client(second)
            );
            failed += Print(
                "engine: one workflow with one activity, start to result, p50",
                $"F = {Ms(f)}",
                (double)second["sequential"]!["p50ms"]!,
                "ms",
                12 + (5 * f)
            );
            failed += PrintAtLeast(
                "engine: one run, activities one after the other, per second",
                $"F = {Ms(f)}",
                (double)second["longHistory"]!["perSecond"]!,
                "/s",
                1000 / (8 + (3 * f))
            );
            return failed;
        }

        static double Server(JsonNode report) => (double)report["parallel"]!["serverCpuMsPerUnit"]!;
        static double Client(JsonNode report) => (double)report["parallel"]!["clientAndWorkerCpuMsPerUnit"]!;
        static string Theirs(JsonNode report) => $"client and worker: {Ms(Client(report))}";
    }

    private static async Task<int> ListAsync(EngineHostedService engine, int closed, int open)
    {
        List<double> times = [];
        for (var i = 0; i < 20; i++)
        {
            times.Add(
                await Timing.MillisecondsAsync(() =>
                    engine.CallAsync(
                        new ListWorkflowExecutionsRequest
                        {
                            Namespace = "default",
                            PageSize = 20,
                            Query = "ExecutionStatus = 'Running' AND WorkflowType = 'Bench'",
                        },
                        ListWorkflowExecutionsResponse.Parser
                    )
                )
            );
        }

        return Print(Text($"engine: list by status and type, {closed + open:N0} runs"), "-", Timing.Median(times), "ms", 10);
    }

    private static async Task<JsonNode> DriveAsync(EngineHostedService engine)
    {
        var start = new ProcessStartInfo(
            "node",
            [
                "bench.mjs",
                "--address",
                engine.Address,
                "--server-pid",
                $"{engine.ProcessId}",
                "--workflows",
                "600",
                "--sequential",
                "100",
                "--signals",
                "100",
                "--long",
                "500",
            ]
        )
        {
            WorkingDirectory = RepositoryFiles.Path("tests/Conformance/bench"),
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var report = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonNode.Parse(report)!
            : throw new InvalidOperationException(
                $"tests/Conformance/bench/bench.mjs ended with {process.ExitCode}; are its packages there? npm --prefix tests/Conformance "
                    + "install"
            );
    }
}
