using System.Diagnostics;
using System.Globalization;
using Orchestrator.Benchmarks.Git;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>
/// The command as people meet it: how fast it starts, runs a plan, takes a killed run up again, and how quiet it waits. Each prints a line
/// of a Markdown table.
/// </summary>
internal static class RunBenchmarks
{
    private const string Writer = "cat > /dev/null\necho done > \"$ORCHESTRATOR_TASK.txt\"\n";

    /// <summary>
    /// The same five tasks with bare git and no engine: worktree, agent, gate, commit, merge without a checkout, fast-forward of the
    /// target.
    /// </summary>
    private const string ByHand = """
        set -e
        sync='-c core.fsync=committed,reference,index -c core.fsyncMethod=batch'
        git branch staging
        for task in t1 t2 t3 t4 t5; do
          git $sync worktree add -q -b "task-$task" "../hand-$task" staging
          (
            cd "../hand-$task"
            echo "Write $task.txt" | ORCHESTRATOR_TASK=$task sh agent.sh
          )
          git $sync worktree add -q --detach "../gate-$task" "task-$task"
          ( cd "../gate-$task" && sh -c "test -s $task.txt" )
          old=$(git rev-parse staging)
          tree=$(git $sync merge-tree --write-tree --messages "$old" "task-$task")
          new=$(git $sync commit-tree "$tree" -p "$old" -p "task-$task" -m "Merge $task")
          git $sync update-ref refs/heads/staging "$new" "$old"
          git worktree remove --force "../gate-$task"
          git worktree remove --force "../hand-$task"
        done
        git $sync merge -q --ff-only staging
        """;

    internal static async Task<int> StartUpAsync(string program)
    {
        using var files = await BenchRepository.CreateAsync(program, 5, Writer);
        await files.RunAsync("run", "--yes", "--again", "--no-progress");
        var empty = RepositoryFiles.BuiltProgram("tests/EmptyProgram", "empty-program");
        var runner = new ProcessRunner();
        List<double> none = [],
            version = [],
            validate = [],
            status = [];
        for (var round = -2; round < 15; round++)
        {
            var a = await Timing.MillisecondsAsync(() => runner.RunAsync(new ChildProcessOptions(empty)));
            var b = await Timing.MillisecondsAsync(() => files.RunAsync("--version"));
            var c = await Timing.MillisecondsAsync(() => files.RunAsync("validate"));
            var d = await Timing.MillisecondsAsync(() => files.RunAsync("status"));
            if (round < 0)
            {
                continue;
            }
            none.Add(a);
            version.Add(b);
            validate.Add(c);
            status.Add(d);
        }
        return Print("orchestrate --version", "empty .NET program", none, version, 1.6)
            + Print("orchestrate validate, 5 tasks", "empty .NET program", none, validate, 3.5)
            + Print("orchestrate status, finished run", "empty .NET program", none, status, 3.5);
    }

    internal static async Task<int> WholeRunAsync(string program)
    {
        List<double> hand = [],
            ours = [];
        for (var round = -1; round < 5; round++)
        {
            using var first = await BenchRepository.CreateAsync(program, 5, Writer);
            var command = new ChildProcessOptions("/bin/sh", "-c", ByHand, "sh") { WorkingDirectory = first.Repository.Path };
            var a = await Timing.MillisecondsAsync(async () =>
            {
                var result = await new ProcessRunner().RunAsync(command);
                if (result.ExitCode != 0)
                {
                    throw new InvalidOperationException(result.StandardError.Text);
                }
            });
            using var second = await BenchRepository.CreateAsync(program, 5, Writer);
            var b = await Timing.MillisecondsAsync(() => second.RunAsync("run", "--yes", "--again", "--no-progress"));
            if (round < 0)
            {
                continue;
            }
            hand.Add(a);
            ours.Add(b);
        }
        return Print("whole run, 5 tasks, one gate each", "shell script with bare git", hand, ours, 7);
    }

    /// <summary>
    /// The agent ends while nobody is there; the time counts from the start of <c>resume</c> to the first new transition of its task.
    /// </summary>
    internal static async Task<int> ResumeAsync(string program)
    {
        List<double> times = [];
        for (var round = 0; round < 20; round++)
        {
            using var files = await BenchRepository.CreateAsync(
                program,
                1,
                "cat > /dev/null\nwhile [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do sleep 0.05; done\n" + Writer
            );
            using var killed = new Process { StartInfo = StartInfo(files, "run", "--yes", "--again", "--no-progress") };
            killed.Start();
            await Eventually.TrueAsync(() => files.Happened("t1", "executing"));
            killed.Kill();
            await killed.WaitForExitAsync();
            await File.WriteAllTextAsync(files.Repository["go"], "");
            var begin = Stopwatch.GetTimestamp();
            var resuming = files.RunAsync("resume", "--no-progress");
            await Eventually.TrueAsync(() => files.Happened("t1", "verifying"));
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            await resuming;
        }
        var p95 = times.Order().ElementAt((int)Math.Ceiling(times.Count * 0.95) - 1);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| kill -9, then resume: until the run moves on | - | median {Timing.Median(times):0} ms, p95 {p95:0} ms | | bar p95 "
                    + $"3,000 ms |"
            )
        );
        return p95 <= 3000 ? 0 : 1;
    }

    internal static async Task<int> IdleAsync(string program)
    {
        using var files = await BenchRepository.CreateAsync(
            program,
            1,
            "cat > /dev/null\nwhile [ ! -e \"$ORCHESTRATOR_REPOSITORY/go\" ]; do sleep 0.5; done\n" + Writer
        );
        using var run = new Process { StartInfo = StartInfo(files, "run", "--yes", "--again", "--no-progress") };
        run.Start();
        await Eventually.TrueAsync(() => files.Happened("t1", "executing"));
        // The first half minute belongs to the runtime, which compiles again what is used often.
        await Task.Delay(TimeSpan.FromSeconds(30));
        run.Refresh();
        var before = run.TotalProcessorTime;
        var begin = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(60));
        run.Refresh();
        var share = (run.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(begin) * 100;
        var memory = run.WorkingSet64 / 1e6;
        await File.WriteAllTextAsync(files.Repository["go"], "");
        await run.WaitForExitAsync();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| idle run (one long agent) | a core | {share:0.00} %, {memory:0} MB | | bar 1 % |"
            )
        );
        return share < 1 ? 0 : 1;
    }

    private static ProcessStartInfo StartInfo(BenchRepository files, params string[] arguments)
    {
        var command = files.Orchestrate(arguments);
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
        return info;
    }

    private static int Print(string what, string reference, List<double> by, List<double> ours, double bar)
    {
        var ratio = Timing.Median(by.Zip(ours, (a, b) => b / a));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {reference}: {Timing.Median(by):0} ms | {Timing.Median(ours):0} ms | {ratio:0.00}x | bar {bar:0.0}x |"
            )
        );
        return ratio <= bar ? 0 : 1;
    }
}
