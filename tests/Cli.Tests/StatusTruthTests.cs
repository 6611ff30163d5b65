using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Compares the API, the page, status, report and events with processes and git at random moments of random runs. Agents and gates are
/// programs that report where they are and wait for the test, so that the state is stable during a comparison. The run's process is killed
/// and replaced by another.
/// </summary>
public sealed partial class StatusTruthTests(ITestOutputHelper output)
{
    [Fact]
    public Task Shown_AtRandomMoments_IsWhatProcessesAndGitSay() => PlayAsync(12);

    [Fact]
    [Trait("Category", "Full")]
    public Task Shown_AtAThousandRandomMoments_IsWhatProcessesAndGitSay() =>
        PlayAsync(int.TryParse(Environment.GetEnvironmentVariable("MOMENTS"), out var asked) ? asked : 1000);

    private async Task PlayAsync(int moments)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RUN_SEED"), out var given) ? given : Random.Shared.Next(1_000_000);
        var (compared, kills, runs, late) = (0, 0, 0, new List<double>());
        for (; compared < moments; runs++)
        {
            output.WriteLine($"RUN_SEED={seed + runs}");
            await using var scene = await Scene.StartAsync(new Random(seed + runs), output);
            await scene.PlayAsync(moments - compared);
            compared += scene.Compared;
            kills += scene.Kills;
            late.AddRange(scene.Late);
        }
        late.Sort();
        output.WriteLine(
            $"{compared} moments of {runs} runs with {kills} deaths of the run's process: wrong 0; what was done was shown after "
                + $"{late[late.Count / 2]:0} ms (median), {late[late.Count * 95 / 100]:0} ms (95 of 100)"
        );
    }

    /// <summary>A task with the state that the test knows from its own commands to the processes.</summary>
    private sealed class Known(string id, string[] after, bool asks)
    {
        public string Id => id;

        public string[] After => after;

        /// <summary>True if the task waits for a user's approval.</summary>
        public bool Asks { get; set; } = asks;

        /// <summary>The task's state after the last command to its agent, or null if the task is about to be merged.</summary>
        public string? Came { get; set; }
    }

    private sealed partial class Scene : IAsyncDisposable
    {
        private const string Run = "night";
        private const string Moved = "the world moved";
        private const int Workers = 3;
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

        private const string Waits = """
            here() {
              echo $$ > "$HOME/$1.new"; mv "$HOME/$1.new" "$HOME/at/$1"
              while [ ! -e "$HOME/go/$1" ]; do sleep 0.03; done
              how=$(cat "$HOME/go/$1"); rm "$HOME/at/$1" "$HOME/go/$1"
            }
            """;

        // Each fails in words of its own: three that fail alike are taken for a fault of the account, and the run waits for that.
        private const string Agent = $$"""
            {{Waits}}
            here agent-$ORCHESTRATOR_TASK
            case $how in
              failed) echo $ORCHESTRATOR_TASK | tr 0-9 g-p; exit 7 ;;
              blocked) echo '{"status": "blocked", "reason": "a decision"}' > .task-status.json ;;
              *) echo x > $ORCHESTRATOR_TASK.txt ;;
            esac
            """;

        private readonly CliFixture _cli;
        private readonly Random _random;
        private readonly ITestOutputHelper _output;
        private readonly string _begin;
        private readonly WebCommandTests.Web _web;
        private readonly List<Known> _tasks = [];
        private string _page = "";

        /// <summary>The run's process died while something was under way, so that nobody outside knows how far that came.</summary>
        private bool _isBlurred;
        private ProcessIdentity? _process;

        private Scene(CliFixture cli, Random random, ITestOutputHelper output, string begin, WebCommandTests.Web web)
        {
            (_cli, _random, _output, _begin, _web) = (cli, random, output, begin, web);
            foreach (var number in Enumerable.Range(0, random.Next(3, 8)))
            {
                string[] after = [.. _tasks.Where(_ => random.Next(4) == 0).Select(task => task.Id)];
                _tasks.Add(new Known($"t{number}", after, random.Next(5) == 0));
            }
        }

        private ShownStatements Statements => new(_web, new OrchestrateProgram(_cli.Folder, WebCommandTests.Variables(_cli)), _page, Run);

        public int Compared { get; private set; }

        public int Kills { get; private set; }

        /// <summary>Milliseconds from what was done until it was shown, with what the run had to do for it.</summary>
        public List<double> Late { get; } = [];

        public static async Task<Scene> StartAsync(Random random, ITestOutputHelper output)
        {
            var cli = RunCommandTests.Repository(Agent);
            Directory.CreateDirectory(Path.Combine(cli.Home, "at"));
            Directory.CreateDirectory(Path.Combine(cli.Home, "go"));
            var gate = Path.Combine(cli.Home, "gate.sh");
            // Gates of the base and of the merge train are through at once.
            await File.WriteAllTextAsync(
                gate,
                $"HOME='{cli.Home}'\n{Waits}\n[ -e $1.txt ] || exit 1\n"
                    + "case $(git log -1 --format=%s) in Merge*) exit 0 ;; esac\nhere gate-$1\n[ \"$how\" != failed ]\n"
            );
            File.AppendAllText(
                Path.Combine(cli.Folder, ".orchestrator", "config.yaml"),
                $"max_remediations: 0\nretry: {{max_attempts: 1}}\nworkers: {Workers}\n"
            );
            var scene = new Scene(cli, random, output, cli.Git("rev-parse", "main").Trim(), await WebCommandTests.Web.StartAsync(cli));
            cli.Write(
                "tasks.yaml",
                "tasks:\n"
                    + string.Concat(
                        scene._tasks.Select(task =>
                            $"  - {{id: {task.Id}, description: {task.Id}, files_write: [{task.Id}.txt], max_retries: 0, "
                            + $"depends_on: [{string.Join(", ", task.After)}], requires_approval: {(task.Asks ? "true" : "false")}, "
                            + $"verification: ['/bin/sh {gate} {task.Id}']}}\n"
                        )
                    )
            );
            await cli.TrustAsync();
            await scene.GoOnAsync("run", "--yes", "--run-id", Run);
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs", Run, "status.json")));
            scene._page = (string)(await scene._web.GetAsync("repositories"))["repositories"]![0]!["id"]!;
            return scene;
        }

        /// <summary>Plays the run to its end, or until so many moments were compared.</summary>
        public async Task PlayAsync(int moments)
        {
            await SettleAsync();
            while (Compared < moments && !World.Of(this).IsThrough)
            {
                for (var looks = _random.Next(3, 10); looks > 0; looks--)
                {
                    await Task.Delay(_random.Next(60));
                    var wrong = await WrongAsync();
                    if (wrong.StartsWith(Moved, StringComparison.Ordinal))
                    {
                        // The run's process ends by itself when only a user can help: no one truth to compare with.
                        await SettleAsync();
                        continue;
                    }
                    Assert.True(wrong.Length == 0, wrong);
                    Compared++;
                }
                var begin = Stopwatch.GetTimestamp();
                await StepAsync();
                await SettleAsync();
                Late.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        }

        /// <summary>Plays one random event: a process continues, a user answers, the run's process dies or returns.</summary>
        private async Task StepAsync()
        {
            var world = World.Of(this);
            if (!IsWorkedOn && (world.At.Count > 0 || _isBlurred))
            {
                _output.WriteLine("resume");
                _isBlurred = false;
                await EndGatesAsync();
                await GoOnAsync("resume", Run, "--yes");
                return;
            }
            var at = world.At.Order().ToList();
            var asked = _tasks.Where(task => task.Asks && world.IsReady(task)).ToList();
            var stuck = _tasks.Where(task => task.Came is not null and not TaskStateNames.Waived).ToList();
            if (IsWorkedOn && at.Count > 0 && _random.Next(6) == 0)
            {
                // Half of the deaths fall into what follows on the end of an agent or a gate.
                _isBlurred = _random.Next(2) == 0;
                if (_isBlurred)
                {
                    Release(at[_random.Next(at.Count)]);
                    await Task.Delay(_random.Next(400));
                }
                _output.WriteLine("kill");
                Kills++;
                await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {_process!.ProcessId}"));
                await Eventually.TrueAsync(() => !_process!.IsAlive());
            }
            else if (asked.Count > 0 && (at.Count == 0 || _random.Next(3) == 0))
            {
                var task = asked[_random.Next(asked.Count)];
                _output.WriteLine($"approve {task.Id}");
                await DoAsync("approve", $"{Run}/{task.Id}", "--no-resume");
                task.Asks = false;
                await GoOnWithoutProcessAsync();
            }
            else if (at.Count > 0)
            {
                Release(at[_random.Next(at.Count)]);
            }
            else if (stuck.Count > 0)
            {
                var task = stuck[_random.Next(stuck.Count)];
                var isRetry = _random.Next(2) == 0;
                _output.WriteLine($"{(isRetry ? "retry" : "skip")} {task.Id}");
                await DoAsync(isRetry ? "retry" : "skip", $"{Run}/{task.Id}", "--no-resume");
                task.Came = isRetry ? null : TaskStateNames.Waived;
                await GoOnWithoutProcessAsync();
            }
        }

        /// <summary>Gates whose process died; the process that continues the run starts them again.</summary>
        private async Task EndGatesAsync()
        {
            foreach (var file in Directory.GetFiles(Path.Combine(_cli.Home, "at"), "gate-*"))
            {
                var gate = (await File.ReadAllTextAsync(file)).Trim();
                await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {gate}; true"));
                File.Delete(file);
                File.Delete(Path.Combine(_cli.Home, "go", Path.GetFileName(file)));
            }
        }

        private async Task GoOnWithoutProcessAsync()
        {
            if (!IsWorkedOn)
            {
                await GoOnAsync("resume", Run, "--yes");
            }
        }

        private bool IsWorkedOn => _process?.IsAlive() is true;

        private async Task GoOnAsync(params string[] words)
        {
            var log = Path.Combine(_cli.Home, "run.log");
            _process = await new DetachedProcessStarter().StartAsync(
                new DetachedProcessOptions(OrchestrateProgram.Path, words)
                {
                    WorkingDirectory = _cli.Folder,
                    Environment = WebCommandTests.Variables(_cli),
                    OutputFile = log,
                    ErrorFile = log,
                }
            );
        }

        private async Task DoAsync(params string[] words)
        {
            var done = await new OrchestrateProgram(_cli.Folder, WebCommandTests.Variables(_cli)).RunAsync(words);
            Assert.True(done.ExitCode is 0 or 4, $"{string.Join(' ', words)}: {done.StandardError.Text}");
        }

        /// <summary>Waits until what was done is shown: from then on nothing moves by itself. Nothing is ever called
        /// merged too early.</summary>
        private async Task SettleAsync()
        {
            var begin = Stopwatch.GetTimestamp();
            while (await WrongAsync() is { Length: > 0 } wrong)
            {
                Assert.True(Stopwatch.GetElapsedTime(begin) < Patience, $"{wrong}\n{File.ReadAllText(Path.Combine(_cli.Home, "run.log"))}");
                Assert.DoesNotContain("before git", wrong, StringComparison.Ordinal);
            }
        }

        /// <summary>Everything that is shown but not true, or empty if all is correct.</summary>
        private async Task<string> WrongAsync()
        {
            var isWorkedOn = IsWorkedOn;
            var before = World.Of(this);
            var json = await _web.GetAsync($"repositories/{_page}/runs/{Run}");
            var html = await _web.TextAsync($"r/{_page}/{Run}");
            var entry = (await _web.GetAsync($"repositories/{_page}/runs"))["runs"]![0]!;
            var others = await OthersAsync();
            var after = World.Of(this);
            var shown = json["tasks"]!.AsArray().ToDictionary(task => (string)task!["id"]!, task => (string)task!["state"]!);
            if (shown.Count < _tasks.Count)
            {
                return "the plan is not there yet";
            }
            var early = _tasks.Where(task => shown[task.Id] == TaskStateNames.Merged && !after.Merged.Contains(task.Id)).ToList();
            if (early.Count > 0)
            {
                return $"{early[0].Id} is called merged before git has it";
            }
            if (!before.Equals(after) || isWorkedOn != IsWorkedOn)
            {
                return $"{Moved} from {before} to {after} ({isWorkedOn}, {IsWorkedOn})";
            }
            var rows = ShownStatements.StatesOf(html);
            var wrong = new List<string>();
            foreach (var task in _tasks)
            {
                var hasProcess = after.At.Any(name => name.EndsWith("-" + task.Id, StringComparison.Ordinal));
                var truth = isWorkedOn || !_isBlurred || hasProcess ? after.StatesOf(task) : [shown[task.Id]];
                if (!truth.Contains(shown[task.Id]) || !truth.Contains(rows.GetValueOrDefault(task.Id)))
                {
                    wrong.Add(
                        $"{task.Id} is {string.Join(" or ", truth)}, not {shown[task.Id]} (API), {rows.GetValueOrDefault(task.Id)} (page)"
                    );
                }
            }
            wrong.AddRange(await Statements.FindFalseAsync(json, html, _random));
            wrong.AddRange(
                from other in others
                from task in _tasks
                where other.States.GetValueOrDefault(task.Id, TaskStateNames.Pending) != shown[task.Id]
                select $"{task.Id} is {shown[task.Id]} (API), not {other.States.GetValueOrDefault(task.Id)} ({other.Name})"
            );
            var standing = after.StandingOf(isWorkedOn || !(after.At.Count > 0 || _isBlurred));
            foreach (var said in (string?[])[(string?)json["standing"], (string?)entry["standing"]])
            {
                if (!standing.Contains(said))
                {
                    wrong.Add($"the run is {string.Join(" or ", standing)}, not {said}");
                }
            }
            return string.Join("; ", wrong);
        }

        /// <summary>States of the tasks by id, as the command, the report and the events say them.</summary>
        private async Task<IReadOnlyList<(string Name, Dictionary<string, string> States)>> OthersAsync()
        {
            var status = await new OrchestrateProgram(_cli.Folder, WebCommandTests.Variables(_cli)).RunAsync("status", Run, "--json");
            var report = await _web.GetAsync($"repositories/{_page}/runs/{Run}/report");
            var events = await _web.GetAsync($"repositories/{_page}/runs/{Run}/events?limit=10000");
            var last = events["events"]!
                .AsArray()
                .Where(happened => happened!["task"] is not null)
                .GroupBy(happened => (string)happened!["task"]!)
                .ToDictionary(task => task.Key, task => (string)task.Last()!["state"]!);
            return [("status", StatesIn(JsonNode.Parse(status.StandardOutput.Text)!)), ("report", StatesIn(report)), ("events", last)];
        }

        private static Dictionary<string, string> StatesIn(JsonNode run) =>
            run["tasks"]!.AsArray().ToDictionary(task => (string)task!["id"]!, task => (string)task!["state"]!);

        public async ValueTask DisposeAsync()
        {
            foreach (var name in _tasks.SelectMany(task => (string[])[$"agent-{task.Id}", $"gate-{task.Id}"]))
            {
                await File.WriteAllTextAsync(Path.Combine(_cli.Home, "go", name), "done");
            }
            await new OrchestrateProgram(_cli.Folder, WebCommandTests.Variables(_cli)).RunAsync("terminate", Run, "--yes");
            if (IsWorkedOn)
            {
                await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {_process!.ProcessId}"));
            }
            await _web.DisposeAsync();
            _cli.Dispose();
        }

        /// <summary>The state according to processes and git.</summary>
        /// <param name="At">Agents and gates that are there and were not told to continue.</param>
        /// <param name="Merged">Tasks whose commits are on the staging branch or the target.</param>
        private sealed record World(IReadOnlySet<string> At, IReadOnlySet<string> Merged, IReadOnlyList<Known> Tasks)
        {
            public static World Of(Scene scene)
            {
                var home = scene._cli.Home;
                var at = Directory
                    .GetFiles(Path.Combine(home, "at"))
                    .Where(file => !File.Exists(Path.Combine(home, "go", Path.GetFileName(file))) && IsAlive(file))
                    .Select(file => Path.GetFileName(file)!);
                var refs = scene
                    ._cli.Git(
                        "for-each-ref",
                        "--format=%(refname)",
                        "refs/heads/main",
                        "refs/heads/orchestrator/staging",
                        "refs/heads/orchestrator"
                    )
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Where(name => name == "refs/heads/main" || name.Contains("staging", StringComparison.Ordinal));
                var merged = scene
                    ._cli.Git(["log", "--format=%(trailers:key=Orchestrator-Task,valueonly)", $"^{scene._begin}", .. refs])
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries);
                return new World(at.ToHashSet(), merged.ToHashSet(), scene._tasks);
            }

            public bool IsReady(Known task) =>
                task.Came is null
                && !Merged.Contains(task.Id)
                && task.After.All(id => Merged.Contains(id) || Tasks.Single(other => other.Id == id).Came == TaskStateNames.Waived)
                && !At.Contains($"agent-{task.Id}")
                && !At.Contains($"gate-{task.Id}");

            /// <summary>Something that it depends on has failed.</summary>
            private bool IsLost(Known task) =>
                task
                    .After.Select(id => Tasks.Single(other => other.Id == id))
                    .Any(other => other.Came == TaskStateNames.Failed || IsLost(other));

            /// <summary>The states that a task can be in while nothing moves; none: something is about to move.</summary>
            public string[] StatesOf(Known task) =>
                At.Contains($"agent-{task.Id}") ? [TaskStateNames.Executing]
                : At.Contains($"gate-{task.Id}") ? [TaskStateNames.Verifying]
                : Merged.Contains(task.Id) ? [TaskStateNames.Merged]
                : task.Came is { } came ? [came]
                : IsLost(task) ? [TaskStateNames.Skipped]
                : !IsReady(task) ? [TaskStateNames.Pending]
                : task.Asks ? [TaskStateNames.AwaitingApproval]
                : At.Count == Workers ? [TaskStateNames.Pending, TaskStateNames.Queued]
                : [];

            public string[] StandingOf(bool isWorkedOn) =>
                !isWorkedOn ? ["interrupted"]
                : At.Count > 0 ? ["moving"]
                : IsThrough ? ["ended"]
                : ["needs-person"];

            /// <summary>Nothing is left to do.</summary>
            public bool IsThrough => Tasks.All(task => Merged.Contains(task.Id) || task.Came == TaskStateNames.Waived);

            public bool Equals(World? other) => other is not null && At.SetEquals(other.At) && Merged.SetEquals(other.Merged);

            public override int GetHashCode() => At.Count;

            public override string ToString() => $"at {string.Join(' ', At)}, merged {string.Join(' ', Merged)}";

            private static bool IsAlive(string file)
            {
                try
                {
                    return Directory.Exists($"/proc/{File.ReadAllText(file).Trim()}");
                }
                catch (IOException)
                {
                    return false;
                }
            }
        }

        private void Release(string name)
        {
            var task = _tasks.Single(one => one.Id == name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..]);
            var isGate = name.StartsWith("gate", StringComparison.Ordinal);
            var how = _random.Next(isGate ? 8 : 6) switch
            {
                0 => TaskStateNames.Failed,
                1 when !isGate => TaskStateNames.Blocked,
                _ => "done",
            };
            _output.WriteLine($"{name}: {how}");
            task.Came = how == "done" ? null : how;
            var file = Path.Combine(_cli.Home, "go", name);
            File.WriteAllText(file + ".new", how);
            File.Move(file + ".new", file);
        }
    }
}
