using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Habits.Tests;

/// <summary>One run of the real program with such agents, from its start to its leftovers.</summary>
/// <param name="plan">The agents of the run.</param>
public sealed class HabitRun(HabitPlan plan)
{
    private const string Mark = "HABIT_RUN";
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);
    private readonly string _mark = Guid.NewGuid().ToString("n");

    // Another build to compare with, and how long a run of it may take: HABITS_PROGRAM, HABITS_LIMIT (seconds).
    private static string Program => Environment.GetEnvironmentVariable("HABITS_PROGRAM") ?? OrchestrateProgram.Path;

    private static TimeSpan Limit =>
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("HABITS_LIMIT"), out var seconds) ? seconds : 300);

    public async Task<HabitResult> RunAsync()
    {
        using var repository = await HabitRepository.CreateAsync(plan, RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"));
        var running = OrchestrateAsync(repository, "run", "--yes", "--approve-risk", "100", "--no-progress");
        var begun = () => Directory.EnumerateFiles(repository.Beside, "*.begun").Any();
        await Eventually.TrueAsync(() => running.IsCompleted || begun(), Limit);
        if (plan.UserWorks && begun())
        {
            await repository.WorkAsUserAsync();
        }
        var users = await repository.ReadUsersAsync();
        var run = await running;
        List<string> faults = [];
        if (run.TimedOut)
        {
            faults.Add($"the run did not end within {Limit.TotalSeconds:0} s");
        }
        await CheckProcessesAsync(faults);
        var status = await OrchestrateAsync(repository, "status", "--json");
        var result = new HabitResult(
            run.ExitCode,
            run.StandardOutput.Text + run.StandardError.Text,
            status.ExitCode == 0 ? JsonNode.Parse(status.StandardOutput.Text) : null,
            string.Concat(RunFiles(repository, "events.jsonl").Select(File.ReadAllText)),
            faults
        );
        faults.AddRange(await new HabitAftermath(plan, repository, result).CheckAsync(users));
        return result;
    }

    internal static IEnumerable<string> RunFiles(HabitRepository repository, string name)
    {
        var runs = Path.Combine(repository.Folder, ".orchestrator", "runs");
        return Directory.Exists(runs) ? Directory.EnumerateFiles(runs, name, SearchOption.AllDirectories) : [];
    }

    private Task<ProcessResult> OrchestrateAsync(HabitRepository repository, params string[] arguments) =>
        new ProcessRunner().RunAsync(
            new ChildProcessOptions(Program, arguments)
            {
                WorkingDirectory = repository.Folder,
                Environment = new Dictionary<string, string?>
                {
                    ["HOME"] = repository.Home,
                    ["XDG_CONFIG_HOME"] = null,
                    ["XDG_CACHE_HOME"] = null,
                    ["XDG_RUNTIME_DIR"] = null,
                    ["GIT_CONFIG_SYSTEM"] = "/dev/null",
                    [Unconfined.Variable] = null,
                    [Mark] = _mark,
                },
                Timeout = Limit,
            }
        );

    /// <summary>Nothing of the run lives on; what does is ended after it was named.</summary>
    private async Task CheckProcessesAsync(List<string> faults)
    {
        var begin = Stopwatch.GetTimestamp();
        var left = ProcessTable.FindByEnvironment(Mark, _mark);
        while (left.Count > 0 && Stopwatch.GetElapsedTime(begin) < EndPatience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50));
            left = ProcessTable.FindByEnvironment(Mark, _mark);
        }

        faults.AddRange(left.Select(process => $"a process lives on: {process.ProcessId} {process.Name}"));
        await new ProcessStopper().StopByEnvironmentAsync(
            Mark,
            _mark,
            PosixStopSignal.Terminate,
            grace: TimeSpan.Zero,
            killLimit: EndPatience
        );
    }
}
