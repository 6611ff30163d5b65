using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Benchmarks.Runs;
using Orchestrator.Benchmarks.Server;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks.Page;

/// <summary>
/// The page of a run with 30 agents at work, whose record has 10,000 events and 1,280 tasks, in a real browser: first paint, bytes, from an
/// event to its pixel, memory of the server.
/// </summary>
internal static class PageBenchmark
{
    private const int Agents = 30;
    private const int Events = 10_000;
    private const int EventsPerTask = 8;

    public static async Task<int> RunAsync(string program, int idleSeconds)
    {
        using var files = await BenchRepository.CreateAsync(
            program,
            Agents,
            // They end with the repository, whatever becomes of this program.
            "cat > /dev/null\nwhile [ -d \"$ORCHESTRATOR_REPOSITORY\" ] && [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do sleep 5; done\n"
        );
        var log = files.Repository.Beside("log");
        var run = await StartAsync(files, log, "run", "--yes", "--approve-risk", "1000000", "--workers", $"{Agents}");
        var web = await StartAsync(files, files.Repository.Beside("web"), "web", "--port", "0");
        try
        {
            await Eventually.TrueAsync(
                () => Enumerable.Range(1, Agents).All(i => files.Happened($"t{i}", "executing")),
                TimeSpan.FromMinutes(3)
            );
            var folder = Directory.GetDirectories(files.Repository[".orchestrator/runs"]).Single();
            Pad(folder);
            var link = await Eventually.GetAsync(() =>
                File.ReadLines(files.Repository.Beside("web")).FirstOrDefault(line => line.StartsWith("http://", StringComparison.Ordinal))
            );
            var repositories = files.Repository.Beside("state");
            var key = await Eventually.GetAsync(() =>
                Directory
                    .GetFiles(repositories, "*", SearchOption.AllDirectories)
                    .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "repositories")
                    .Select(Path.GetFileName)
                    .FirstOrDefault()
            );
            var measured = await new ProcessRunner().RunAsync(
                new ProcessCommand(
                    "node",
                    ["bench.mjs", "/usr/bin/chromium", link, $"/r/{key}/{Path.GetFileName(folder)}", folder, $"{web.Id}", $"{idleSeconds}"]
                )
                {
                    WorkingDirectory = RepositoryFiles.Path("tests/Dashboard.Tests/browser"),
                    Timeout = TimeSpan.FromSeconds(900 + idleSeconds),
                }
            );
            await System.Console.Error.WriteLineAsync(measured.StandardError.Text);
            return measured.Succeeded
                ? Print(JsonNode.Parse(measured.StandardOutput.Text)!, idleSeconds)
                : throw new InvalidOperationException(measured.StandardError.Text);
        }
        finally
        {
            files.Repository.Write("go", "");
            foreach (var process in (Process[])[web, run])
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }
    }

    private static int Print(JsonNode found, int idleSeconds)
    {
        double Of(string of, string? part = null) => (double)(part is null ? found[of]! : found[of]![part]!);
        var (one, many) = (Of("memoryOfOne"), Math.Max(Of("memoryOf200"), Of("memoryOf200AfterChange")));
        var (login, stream) = (
            Report.Text($"login page: {Of("login", "paint"):0} ms"),
            Report.Text($"a page of one word, its server: {Of("emptyStream", "p50"):0} ms, p95 {Of("emptyStream", "p95"):0} ms")
        );
        return Report.Print("page of a run, 30 agents, 10,000 events: first paint", login, Of("run", "paint"), "ms", 300)
            + Report.Print(
                "its bytes",
                Report.Text($"login page: {Of("login", "bytes") / 1000:0} KB"),
                Of("run", "bytes") / 1000,
                "KB",
                150
            )
            + Report.Print("event written to pixel, p50", stream, Of("pixel", "p50"), "ms", 50)
            + Report.Print("event written to pixel, p95", stream, Of("pixel", "p95"), "ms", 150)
            + Report.Print(
                "memory of the server for each of 200 open pages",
                Report.Text($"{one:0} MB with one"),
                (many - one) / 200,
                "MB",
                2
            )
            + Report.Print("all 200 have a change", "-", Of("allOf200AfterMs"), "ms", null)
            + Report.Print(
                Report.Text(
                    $"20 pages idle for {idleSeconds} s: growth of the server's memory; {Of("idleProcessor") * 100:0.0} % of a core"
                ),
                Report.Text($"{Of("idleBegin"):0} MB"),
                Of("idleEnd") - Of("idleBegin"),
                "MB",
                5
            )
            + Report.Print(
                "10,000 tasks: first paint",
                Report.Text($"login page: {Of("login", "paint"):0} ms; {Of("large", "bytes") / 1000:0} KB"),
                Of("large", "paint"),
                "ms",
                null
            );
    }

    /// <summary>Adds ended tasks and their events to the record, as if they had run before.</summary>
    private static void Pad(string folder)
    {
        var (statusFile, eventsFile) = (Path.Combine(folder, "status.json"), Path.Combine(folder, "events.jsonl"));
        var status = JsonNode.Parse(File.ReadAllText(statusFile))!;
        var lines = File.ReadAllLines(eventsFile).ToList();
        var tasks = status["tasks"]!.AsArray();
        var pattern = tasks[0]!;
        string[] states = ["preparing", "executing", "verifying", "verifying", "merging", "merging", "merging", "merged"];
        var time = status["startedAt"]!.DeepClone();
        var number = lines.Count;
        for (var i = 0; number < Events; i++)
        {
            var task = pattern.DeepClone();
            (task["id"], task["state"], task["title"]) = ($"d{i}", "merged", $"Task d{i} that is done");
            tasks.Add(task);
            foreach (var state in states.Take(Math.Min(EventsPerTask, Events - number)))
            {
                number++;
                lines.Add(
                    new JsonObject
                    {
                        ["schemaVersion"] = 1,
                        ["sequence"] = number,
                        ["time"] = time.DeepClone(),
                        ["task"] = $"d{i}",
                        ["state"] = state,
                    }.ToJsonString()
                );
            }
        }
        (status["sequence"], status["taskCount"]) = (number, tasks.Count);
        File.WriteAllLines(eventsFile, lines);
        File.WriteAllText(statusFile + ".new", status.ToJsonString());
        File.Move(statusFile + ".new", statusFile, overwrite: true);
    }

    private static async Task<Process> StartAsync(BenchRepository files, string log, params string[] words)
    {
        var command = files.Orchestrate(words);
        var started = await new DetachedProcess().StartAsync(
            new DetachedCommand(command.FileName, command.Arguments)
            {
                WorkingDirectory = command.WorkingDirectory,
                Environment = command.Environment,
                OutputFile = log,
                ErrorFile = log,
            }
        );
        return Process.GetProcessById(started.ProcessId);
    }
}
