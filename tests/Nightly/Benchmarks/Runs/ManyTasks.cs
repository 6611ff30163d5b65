using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Processes;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>
/// Measures the overhead per task beside its agent in large plans, how fast a freed slot is used again, and the processes beside each
/// agent.
/// </summary>
internal static partial class ManyTasks
{
    private const string Writer = "cat > /dev/null\necho done > \"$ORCHESTRATOR_TASK.txt\"\n";
    private const int Slots = 8;

    /// <summary>
    /// The difference between a plan of 10 and one of 200 tasks, per task: what starting and ending a run costs is in neither.
    /// </summary>
    internal static async Task<int> SlopeAsync(string program)
    {
        var few = await MeasureAsync(program, 10);
        var many = await MeasureAsync(program, 200);
        double Slope(Func<Cost, double> of) => (of(many) - of(few)) / 190;
        var (cpu, wall, git, beside) = (
            Slope(c => c.Cpu),
            Slope(c => c.Wall),
            Slope(c => c.GitProcesses),
            Slope(c => c.Wall - (c.GitTime / Math.Min(Slots, Environment.ProcessorCount)))
        );
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| per task, from 10 to 200 tasks: our CPU | - | {cpu:0.0} ms | | bar 140 ms |")
        );
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| per task: wall clock; beside git | - | {wall:0} ms; {beside:0} ms | | |")
        );
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| per task: git processes | - | {git:0.0} | | bar 24 |"));
        return cpu <= 140 && git <= 24 ? 0 : 1;
    }

    /// <summary>Many tasks that all wait for a slot.</summary>
    internal static async Task<int> QueueAsync(string program, int tasks)
    {
        using var files = await BenchRepository.CreateAsync(program, tasks, Writer);
        using var run = Start(files, new Dictionary<string, string>());
        var (memory, _) = await WatchAsync(run);
        var events = ReadEvents(files);

        // The nth slot that is freed is the one that the task after the first Slots and n more gets.
        var freed = FirstTimes(events, "merging").Order().ToList();
        var begun = FirstTimes(events, "executing").Order().Skip(Slots).ToList();
        var waits = begun.Zip(freed, (start, free) => (start - free).TotalSeconds).Order().ToList();
        var p95 = waits[(int)Math.Ceiling(waits.Count * 0.95) - 1];
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {tasks} queued tasks, {Slots} slots: slot freed until the next agent starts | - | median "
                    + $"{waits[waits.Count / 2] * 1000:0} ms, p95 {p95 * 1000:0} ms | | bar p95 1 s |"
            )
        );
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {tasks} queued tasks: most memory | - | {memory / 1e6:0} MB | | bar 400 MB |")
        );
        return p95 <= 1 && memory <= 400e6 ? 0 : 1;
    }

    /// <summary>
    /// Many tasks of agents that end at once, with a gate on the merged tree that takes half a second: one by one, and by the merge train
    /// in batches.
    /// </summary>
    internal static async Task<int> TrainAsync(string program, int tasks)
    {
        var alone = await TimeTrainAsync(program, tasks, "merge: {batch: 1}\n");
        var train = await TimeTrainAsync(program, tasks, "");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {tasks} tasks that end at once, a gate of 0.5 s on what is merged: wall clock; most open worktrees | one by one: "
                    + $"{alone.Seconds:0} s; {alone.Worktrees} | {train.Seconds:0} s; {train.Worktrees} | "
                    + $"{train.Seconds / alone.Seconds:0.00} | |"
            )
        );
        return train.Seconds < alone.Seconds ? 0 : 1;
    }

    private static async Task<(double Seconds, int Worktrees)> TimeTrainAsync(string program, int tasks, string settings)
    {
        using var files = await BenchRepository.CreateAsync(program, tasks, Writer, $"gates: {{integration: [sleep 0.5]}}\n{settings}");
        var begin = Stopwatch.GetTimestamp();
        using var run = Start(files, new Dictionary<string, string>());
        await WatchAsync(run);
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;

        // A task has its worktree from its preparation until it is merged.
        var events = ReadEvents(files);
        var open = FirstTimes(events, "preparing")
            .Select(time => (Time: time, By: 1))
            .Concat(FirstTimes(events, "merged").Select(time => (Time: time, By: -1)))
            .Order();
        var (now, most) = (0, 0);
        foreach (var (_, by) in open)
        {
            now += by;
            most = Math.Max(most, now);
        }
        return (seconds, most);
    }

    /// <summary>The supervisor that stays beside an agent, and the hook that is asked before each of its steps.</summary>
    internal static async Task<int> HelpersAsync(string program)
    {
        using var files = await BenchRepository.CreateAsync(
            program,
            1,
            "cat > /dev/null\nwhile [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do sleep 0.5; done\n" + Writer
        );
        var policy = files.Repository.Beside("policy.json");
        await File.WriteAllTextAsync(
            policy,
            JsonSerializer.Serialize(
                new
                {
                    task = "t1",
                    root = files.Repository.Path,
                    write = (string[])["t1.txt"],
                }
            )
        );
        var question = JsonSerializer.Serialize(
            new
            {
                hook_event_name = "PreToolUse",
                tool_name = "Write",
                tool_input = new { file_path = files.Repository["t1.txt"] },
                cwd = files.Repository.Path,
            }
        );
        List<double> times = [];
        for (var round = -2; round < 20; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            await new ProcessRunner().RunAsync(
                files.Orchestrate("hook", "--policy", policy) with
                {
                    Input = ProcessStandardInput.FromText(question),
                }
            );
            if (round >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        }

        // So far this process has had no other children than hooks.
        var hook = LargestChild() / 1e6;
        using var run = Start(files, new Dictionary<string, string>());
        await TestKit.Eventually.TrueAsync(() => files.Happened("t1", "executing"));
        await Task.Delay(TimeSpan.FromSeconds(6));
        var folder = Directory
            .EnumerateDirectories(files.Repository[".orchestrator/runs"], "started", SearchOption.AllDirectories)
            .Select(f => Path.GetDirectoryName(f)!)
            .Single();
        var agent = ProcessTable.FindByEnvironment("ORCHESTRATOR_START", folder).Select(p => p.ProcessId).ToHashSet();
        var supervisor =
            ProcessTable
                .FindByEnvironment("ORCHESTRATOR_SUPERVISOR", folder)
                .Where(p => !agent.Contains(p.ProcessId))
                .Sum(p => Resident(p.ProcessId)) / 1e6;
        await File.WriteAllTextAsync(files.Repository["go"], "");
        await run.WaitForExitAsync();
        var p95 = times.Order().ElementAt((int)Math.Ceiling(times.Count * 0.95) - 1);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| beside each agent: supervisor | - | {supervisor:0.0} MB | | bar 15 MB |")
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| beside each agent: hook, per call | - | median {Git.Timing.Median(times):0} ms, p95 {p95:0} ms, {hook:0} MB | | bar "
                    + $"150 ms, 80 MB |"
            )
        );
        return supervisor <= 15 && Git.Timing.Median(times) <= 150 && hook <= 80 ? 0 : 1;
    }

    private static async Task<Cost> MeasureAsync(string program, int tasks)
    {
        using var files = await BenchRepository.CreateAsync(program, tasks, Writer);
        var traces = Directory.CreateDirectory(files.Repository.Beside("traces")).FullName;
        var begin = Stopwatch.GetTimestamp();
        using var run = Start(files, new Dictionary<string, string> { ["GIT_TRACE2_EVENT"] = traces });
        var (_, cpu) = await WatchAsync(run);
        var wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        var gits = Directory.GetFiles(traces);
        return new Cost(cpu.TotalMilliseconds, wall, gits.Length, gits.Sum(ElapsedOf));
    }

    private static double ElapsedOf(string trace)
    {
        var last = File.ReadLines(trace).LastOrDefault(line => line.Contains("\"event\":\"exit\"", StringComparison.Ordinal));
        using var document = last is null ? null : JsonDocument.Parse(last);
        return document?.RootElement.GetProperty("t_abs").GetDouble() * 1000 ?? 0;
    }

    private static Process Start(BenchRepository files, IReadOnlyDictionary<string, string> environment)
    {
        var command = files.Orchestrate("run", "--yes", "--no-progress", "--approve-risk", "1000000", "--workers", $"{Slots}");
        var info = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            WorkingDirectory = command.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in command.Environment)
        {
            info.Environment[name] = value;
        }
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }
        var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Until the end: the most memory, and the processor time of the program itself, without its children.</summary>
    private static async Task<(long Memory, TimeSpan Cpu)> WatchAsync(Process run)
    {
        var (memory, cpu) = (0L, TimeSpan.Zero);
        while (!run.HasExited)
        {
            memory = Math.Max(memory, Resident(run.Id));
            try
            {
                run.Refresh();
                cpu = run.TotalProcessorTime;
            }
            catch (InvalidOperationException)
            {
                // It has just ended.
            }

            await Task.Delay(20);
        }

        return run.ExitCode == 0 ? (memory, cpu) : throw new InvalidOperationException($"The run ended with exit code {run.ExitCode}.");
    }

    private static long Resident(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static List<(string Task, string State, DateTimeOffset Time)> ReadEvents(BenchRepository files)
    {
        var file = Directory.EnumerateFiles(files.Repository[".orchestrator/runs"], "events.jsonl", SearchOption.AllDirectories).Single();
        var events = new List<(string, string, DateTimeOffset)>();
        foreach (var line in File.ReadLines(file))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("task", out var task) && task.GetString() is { } id)
            {
                events.Add(
                    (
                        id,
                        document.RootElement.GetProperty("state").GetString()!,
                        document.RootElement.GetProperty("time").GetDateTimeOffset()
                    )
                );
            }
        }

        return events;
    }

    private static IEnumerable<DateTimeOffset> FirstTimes(List<(string Task, string State, DateTimeOffset Time)> events, string state) =>
        events.Where(e => e.State == state).GroupBy(e => e.Task).Select(group => group.Min(e => e.Time));

    /// <summary>
    /// Most memory that a child of this process has had, in bytes: <c>ru_maxrss</c> of getrusage(2), the fifth number of the structure.
    /// </summary>
    private static long LargestChild()
    {
        const int Children = -1;
        var usage = new long[18];
        return GetUsage(Children, usage) == 0 ? usage[4] * 1024 : throw new InvalidOperationException("getrusage failed");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetUsage(int who, [Out] long[] usage);

    private sealed record Cost(double Cpu, double Wall, int GitProcesses, double GitTime);
}
