using System.Text.Json.Nodes;
using Orchestrator.Benchmarks.Server;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks.Page;

/// <summary>
/// The page of a run with 30 agents at work, whose record has 10,000 events, in a real browser: first paint, bytes, layout shift, from an
/// event to its pixel, memory of the server. The same with 10,000 tasks.
/// </summary>
internal static class PageBenchmark
{
    private const int Agents = 30;
    private const int Events = 10_000;

    public static async Task<int> RunAsync(string program, int idleSeconds)
    {
        await using var served = await ServedRun.StartAsync(
            program,
            Agents,
            // They end with the repository, whatever becomes of this program.
            "while [ -d \"$ORCHESTRATOR_REPOSITORY\" ] && [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do sleep 5; done\n"
        );
        Pad(served.Folder);
        return Print(
            JsonNode.Parse(
                await served.InBrowserAsync(
                    "bench.mjs",
                    TimeSpan.FromSeconds(900 + idleSeconds),
                    served.RunPage,
                    served.Folder,
                    $"{served.Server}",
                    $"{idleSeconds}"
                )
            )!,
            idleSeconds
        );
    }

    /// <summary>Twenty real pages of a run at which nothing happens; a line each ten minutes of what server and browser hold.</summary>
    public static async Task<int> IdleAsync(string program, int seconds)
    {
        await using var served = await ServedRun.StartAsync(
            program,
            5,
            "while [ -d \"$ORCHESTRATOR_REPOSITORY\" ] && [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do sleep 5; done\n"
        );
        var told = await served.InBrowserAsync(
            "idle.mjs",
            TimeSpan.FromSeconds(300 + seconds),
            served.RunPage,
            $"{served.Server}",
            "20",
            $"{seconds}",
            $"{Math.Min(600, Math.Max(10, seconds / 6))}"
        );
        await System.Console.Error.WriteLineAsync(told);
        var samples = told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        double Of(int at, string name) => (double)samples[at < 0 ? samples.Count + at : at][name]!;
        return Report.Print(
                Report.Text($"20 pages in a browser, idle for {seconds} s: growth of the server's memory"),
                Report.Text($"{Of(0, "server"):0} MB"),
                Of(-1, "server") - Of(0, "server"),
                "MB",
                10
            )
            + Report.Print(
                "growth of what their scripts hold",
                Report.Text($"{Of(0, "heap"):0.0} MB"),
                Of(-1, "heap") - Of(0, "heap"),
                "MB",
                5
            );
    }

    /// <summary>The log of an agent that has written 100,000 lines and continues, in a real browser: first paint, search, scrolling, what
    /// it costs while it is open.</summary>
    public static async Task<int> LogAsync(string program)
    {
        await using var served = await ServedRun.StartAsync(
            program,
            1,
            "for i in $(seq 1 100000); do echo \"line $i of what the agent says about src/part$((i % 97))/module.cs\"; done\n"
                + "while [ -d \"$ORCHESTRATOR_REPOSITORY\" ] && [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do echo more; sleep 0.2; done\n"
        );
        var log = Path.Combine(served.Folder, "tasks", "t1", "1", "stdout");
        await Eventually.TrueAsync(() => File.Exists(log) && File.ReadLines(log).Skip(100_000).Any(), TimeSpan.FromMinutes(2));
        var told = await served.InBrowserAsync(
            "log.mjs",
            TimeSpan.FromMinutes(5),
            served.RunPage + "/tasks/t1/log",
            $"{served.Server}",
            "10",
            "part42/"
        );
        await System.Console.Error.WriteLineAsync(told);
        var found = JsonNode.Parse(told)!;
        double Of(string name) => (double)found[name]!;
        return Report.Print("log of 100,000 lines that grows: first paint", "-", Of("paint"), "ms", 1000)
            + Report.Print("search in it", "-", Of("search"), "ms", 1500)
            + Report.Print("longest frame while it is scrolled", "-", Of("longestFrame"), "ms", 200)
            + Report.Print("server while it is open", "-", 100 * Of("processorWhileOpen"), "% of a core", 40)
            + Report.Print(
                "memory of the server",
                Report.Text($"{Of("memoryBefore"):0} MB"),
                Of("memoryAfter") - Of("memoryBefore"),
                "MB",
                200
            );
    }

    private static int Print(JsonNode found, int idleSeconds)
    {
        double Of(string of, string? part = null) => (double)(part is null ? found[of]! : found[of]![part]!);
        var (one, many) = (Of("memoryOfOne"), Math.Max(Of("memoryOf200"), Of("memoryOf200AfterChange")));
        var (login, stream) = (
            Report.Text($"login page: {Of("login", "paint"):0} ms"),
            Report.Text($"a page of one word, its server: {Of("emptyStream", "p50"):0} ms, p95 {Of("emptyStream", "p95"):0} ms")
        );
        return Report.Print("page of a run, 30 agents, 10,000 events: first paint", login, Of("run", "paint"), "ms", 200)
            + Report.Print(
                "its bytes",
                Report.Text($"login page: {Of("login", "bytes") / 1000:0} KB"),
                Of("run", "bytes") / 1000,
                "KB",
                150
            )
            + Report.Print("one open tab for 60 s with two events a second", "-", Of("tab", "bytes") / 1000, "KB", 1000)
            + Report.Print("its layout shift, loading included", "-", Of("tab", "shift"), "", 0.05)
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
                500
            );
    }

    /// <summary>Adds events to the record, as if each task had been rejected a hundred times; all tasks are at work again.</summary>
    private static void Pad(string folder)
    {
        var (statusFile, eventsFile) = (Path.Combine(folder, "status.json"), Path.Combine(folder, "events.jsonl"));
        var status = JsonNode.Parse(File.ReadAllText(statusFile))!;
        var lines = File.ReadAllLines(eventsFile).ToList();
        var tasks = status["tasks"]!.AsArray().Select(task => (string)task!["id"]!).ToList();
        string[] states = ["verifying", "remediating", "executing"];
        var (begin, first) = ((DateTimeOffset)status["startedAt"]!, lines.Count);
        var step = (DateTimeOffset.UtcNow - begin) / Events;
        while (lines.Count < Events)
        {
            var round = (lines.Count - first) / tasks.Count;
            lines.Add(
                new JsonObject
                {
                    ["schemaVersion"] = 1,
                    ["sequence"] = lines.Count + 1,
                    ["time"] = begin + (step * lines.Count),
                    ["task"] = tasks[(lines.Count - first) % tasks.Count],
                    ["state"] = Events - lines.Count <= tasks.Count ? "executing" : states[round % states.Length],
                }.ToJsonString()
            );
        }
        status["sequence"] = lines.Count;
        File.WriteAllLines(eventsFile, lines);
        File.WriteAllText(statusFile + ".new", status.ToJsonString());
        File.Move(statusFile + ".new", statusFile, overwrite: true);
    }
}
