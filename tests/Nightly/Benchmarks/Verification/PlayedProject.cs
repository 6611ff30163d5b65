using System.Text.Json;
using Orchestrator.Gates.Tampering;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Tasks;
using Orchestrator.Settings;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Verification;

/// <summary>A line of <c>changes.txt</c>.</summary>
/// <param name="IsCheat">True if the work is broken or hollow.</param>
/// <param name="Mark">The second word of the line.</param>
/// <param name="Kind">The kind of change.</param>
/// <param name="Steps">Functions of the project's script that make the change.</param>
internal sealed record Change(bool IsCheat, string Mark, string Kind, IReadOnlyList<string> Steps)
{
    public bool EditsTests => Mark == "tests";

    public bool IsHidden => Mark == "hidden";

    public static Change Parse(string line)
    {
        var words = line.Split(' ');
        return new Change(words[0] == "cheat", words[1], words[2], [.. words.Skip(3), words[2]]);
    }
}

/// <summary>The verdict on a change.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Result">The result of the verification.</param>
/// <param name="Gates">Seconds of the gates alone.</param>
/// <param name="Added">Seconds of the same gates on the base's suite and without the change.</param>
internal sealed record Judged(string Project, Change Change, VerifyResult Result, double Gates, double Added)
{
    /// <summary>True if the change's own gates refuse it, so that it proves nothing here.</summary>
    public bool IsRefused => Result.Problems.Count > 0;

    public bool Asks => Result.NeedsPerson.Length > 0;

    /// <summary>True if the report names the changed tests, because their original versions fail or because they expect other
    /// values, or names product code that may work only in tests.</summary>
    public bool IsNamed => IsHinted || HasNote(GateTamperingDetector.OriginalsFail, GateTamperingDetector.OtherValues);

    /// <summary>True if the report names product code that may work only in tests.</summary>
    public bool IsHinted =>
        HasNote(TestSpecificCodeDetector.RepeatsValues, TestSpecificCodeDetector.DetectsTests, TestSpecificCodeDetector.EndsTests);

    private bool HasNote(params string[] starts) =>
        Result.Notes.Any(note => Array.Exists(starts, start => note.StartsWith(start, StringComparison.Ordinal)));
}

/// <summary>A small project in one language, with one run whose tasks are the changes. Each is judged as a run judges it.</summary>
internal sealed class PlayedProject
{
    private const string RunId = "run-bench-000001";
    private readonly string _script;
    private readonly IReadOnlyList<string> _lines;

    public PlayedProject(string script)
    {
        _script = script;
        _lines = File.ReadAllLines(script);
        Name = Path.GetFileNameWithoutExtension(script);
    }

    public string Name { get; }

    /// <summary>Programs that it needs and that are not on the path.</summary>
    public IEnumerable<string> Missing =>
        Header("needs").Split(' ').Where(program => ProgramLocator.Find(program, Environment.GetEnvironmentVariable("PATH"), "/") is null);

    public async Task<IReadOnlyList<Judged>> JudgeAsync(IReadOnlyList<Change> changes)
    {
        var known = changes
            .Where(change => change.Steps.All(step => _lines.Any(line => line.StartsWith(step + "()", StringComparison.Ordinal))))
            .ToList();
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        await PlayAsync(repository.Path, ["base"]);
        await repository.CommitAsync("Base");
        var services = new RunServiceBundle("host", ["orchestrate", "hook"], TimeProvider.System)
        {
            Environment = new Dictionary<string, string>(SettingsFiles.ProcessEnvironment())
            {
                ["XDG_CACHE_HOME"] = repository.Beside("cache"),
                ["XDG_STATE_HOME"] = repository.Beside("state"),
                ["TMPDIR"] = Directory.CreateDirectory(repository.Beside("tmp")).FullName,
            },
            AskRun = (_, _) => Task.FromResult<RunStatus?>(null),
        };
        var reference = new RepositoryReference(repository.Path, (await services.OpenRepositoryAsync(repository.Path)).Key, "queue");
        var folder = new RunFolder(repository.Path, RunId);
        var hash = RunPlanAndSettings.Store(folder, new Plan { Request = "a benchmark", Tasks = [.. known.Select(Planned)] }, Start());
        var preflight = await new PreflightChecker(services).CheckAsync(
            new PreflightInput(RunId, reference, hash, new OrchestrationInput { Repository = repository.Path, PlanFile = "tasks.yaml" }),
            CancellationToken.None
        );
        if (preflight.Errors.Count > 0)
        {
            throw new InvalidOperationException($"{Name}: {string.Join(" ", preflight.Errors)}");
        }
        hash = preflight.PlanHash.Length > 0 ? preflight.PlanHash : hash;
        var judged = new List<Judged>();
        foreach (var change in known)
        {
            var task = new TaskWorkflowInput
            {
                RunId = RunId,
                Repository = reference,
                PlanHash = hash,
                Task = new TaskOutline { Id = Id(change) },
                Rules = new RunWorkflowSettings(),
                Staging = $"orchestrator/{RunId}/staging",
                StagingTip = preflight.StagingTip,
            };
            judged.Add(await JudgeAsync(services, folder, change, task));
            await new TaskBranchAndWorktreePreparer(services).ReleaseAsync(
                new ReleaseTaskInput(RunId, reference, hash, Id(change)),
                CancellationToken.None
            );
        }
        return judged;
    }

    private async Task<Judged> JudgeAsync(RunServiceBundle services, RunFolder folder, Change change, TaskWorkflowInput task)
    {
        var prepared = await new TaskBranchAndWorktreePreparer(services).PrepareAsync(
            new PrepareTaskInput { Task = task, Attempt = 1 },
            CancellationToken.None
        );
        await PlayAsync(Path.Combine(folder.Repository, prepared.Worktree), change.Steps);
        var result = await new TaskWorkVerifier(services).VerifyAsync(
            new VerifyTaskInput
            {
                Task = task,
                Prepared = prepared,
                Attempt = 1,
                Start = 1,
                ClaimedDone = true,
            },
            CancellationToken.None
        );
        var evidence = Path.Combine(folder.Task(Id(change)), "gates-1");
        var added = Directory.Exists(evidence) ? Directory.GetDirectories(evidence) : [];
        return new Judged(
            Name,
            change,
            result,
            Took(evidence, SearchOption.TopDirectoryOnly),
            added.Sum(one => Took(one, SearchOption.AllDirectories))
        );
    }

    private static double Took(string folder, SearchOption how) =>
        Directory.Exists(folder)
            ? Directory
                .GetFiles(folder, "verdicts.json", how)
                .SelectMany(file => JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.EnumerateArray())
                .Sum(verdict => verdict.GetProperty("seconds").GetDouble() * verdict.GetProperty("runs").GetInt32())
            : 0;

    private static string Id(Change change) => change.Kind.Replace('_', '-');

    private static PlanTask Planned(Change change) =>
        new()
        {
            Id = Id(change),
            Description = change.Kind,
            FilesWrite = ["**"],
            ChangesTests = change.Mark == "planned" ? ["tests/**"] : [],
        };

    private RunStartSettings Start()
    {
        var settings = SettingsLoader.Load(new RawSettingSourceContent()).Settings!;
        return new RunStartSettings
        {
            Input = new OrchestrationInput { PlanFile = "tasks.yaml" },
            Settings = settings with
            {
                Agent = "script",
                Agents = new Dictionary<string, AgentSettings>(settings.Agents)
                {
                    ["script"] = new(["/bin/sh", "-c", "true"], "subscription", []),
                },
                Gates = new GateSettings([new Gate(Header("gate")) { Type = GateType.Test }], []),
                Permissions = settings.Permissions with { Sandbox = "off" },
            },
        };
    }

    private string Header(string name) =>
        _lines.First(line => line.StartsWith($"# {name}: ", StringComparison.Ordinal))[(name.Length + 4)..];

    private async Task PlayAsync(string folder, IReadOnlyList<string> steps)
    {
        var common = Path.Combine(Path.GetDirectoryName(_script)!, "common.sh");
        var played = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                "/bin/sh",
                ["-euc", ". \"$0\"; . \"$1\"; shift; for step do \"$step\"; done", common, _script, .. steps]
            )
            {
                WorkingDirectory = folder,
            }
        );
        if (!played.Succeeded)
        {
            throw new InvalidOperationException($"{Name}: {string.Join(' ', steps)}: {played.StandardError.Text}");
        }
    }
}
