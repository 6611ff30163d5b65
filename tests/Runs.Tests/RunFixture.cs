using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Tasks;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Runs.Tests;

/// <summary>A run in a real repository, step by step, with the test in the part of the agent.</summary>
internal sealed class RunFixture : IDisposable
{
    public const string RunId = "run-test-000001";

    /// <summary>An execution that nobody stops or leaves.</summary>
    public static readonly RunStepExecutionContext Execution = new(
        "execution",
        "execution/step/1",
        CancellationToken.None,
        CancellationToken.None,
        () => { }
    );
    private readonly RunServiceBundle _services;
    private readonly string _runId;
    private bool _ownsRepository;

    private RunFixture(
        TemporaryRepository repository,
        RepositoryReference reference,
        Plan plan,
        string hash,
        RunServiceBundle services,
        string runId
    )
    {
        _runId = runId;
        Repository = repository;
        Reference = reference;
        Plan = plan;
        Hash = hash;
        _services = services;
    }

    public TemporaryRepository Repository { get; }

    public RepositoryReference Reference { get; }

    public Plan Plan { get; }

    /// <summary>Hash of the plan that the run decides by, as its history has it.</summary>
    public string Hash { get; set; }

    /// <summary>The run's answer to a status query, or null to answer from its status file.</summary>
    public RunStatus? Told { get; set; }

    /// <summary>The status of the run with the files that it granted.</summary>
    private RunStatus WithGrants(RunStatus? status)
    {
        status ??= new RunStatus { RunId = _runId, State = RunStateNames.Executing };
        var known = status.Tasks.ToDictionary(task => task.Id);
        foreach (var (id, files) in Lent)
        {
            known[id] = (known.GetValueOrDefault(id) ?? new RunTaskStatus { Id = id, State = TaskStateNames.Executing }) with
            {
                Lent = files,
            };
        }
        return status with { Tasks = [.. known.Values] };
    }

    /// <summary>The packages of the last request of a task.</summary>
    public Dictionary<string, IReadOnlyList<RequestedPackage>> Packages { get; } = [];

    /// <summary>Hash of an agent run's claim at its end, as the run's history has it.</summary>
    public string SaidBy(string task, int start = 1) =>
        AgentOutcomeClaim.TryRead(Folder.Start(task, start), out var hash, out _) is null ? "" : hash;

    /// <summary>The question for the planner from an agent.</summary>
    public AgentQuestion Question(string task, int start = 1) =>
        new()
        {
            RunId = _runId,
            Repository = Reference,
            PlanHash = Hash,
            Task = new TaskQuestion(Task(task), start, SaidBy(task, start)),
        };

    public RunServiceBundle Services => _services;

    public string Id => _runId;

    public RunFolder Folder => new(Repository.Path, _runId);

    public string StagingBranch => $"orchestrator/{_runId}/staging";

    public static async Task<RunFixture> BeginAsync(RunStartSettings start, params PlanTask[] tasks)
    {
        var fixture = await BeginAsync(await TemporaryRepository.CreateAsync(), start, tasks);
        fixture._ownsRepository = true;
        return fixture;
    }

    public static Task<RunFixture> BeginAsync(TemporaryRepository repository, RunStartSettings start, params PlanTask[] tasks) =>
        BeginAsync(repository, start, RunId, tasks);

    public static Task<RunFixture> BeginAsync(
        TemporaryRepository repository,
        RunStartSettings start,
        string runId,
        params PlanTask[] tasks
    ) => BeginAsync(repository, start, runId, [], tasks);

    /// <summary>A run of a plan with contracts; without a repository it gets one of its own.</summary>
    public static async Task<RunFixture> BeginAsync(
        TemporaryRepository? given,
        RunStartSettings start,
        string runId,
        InterfaceContractDefinition[] contracts,
        params PlanTask[] tasks
    )
    {
        var repository = given ?? await TemporaryRepository.CreateAsync();
        var environment = new Dictionary<string, string>(Settings.SettingsFiles.ProcessEnvironment())
        {
            ["XDG_CACHE_HOME"] = repository.Beside("cache"),
            ["HOME"] = repository.Beside("home"),
            ["PATH"] = $"{Programs(repository)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["TMPDIR"] = Directory.CreateDirectory(repository.Beside("tmp")).FullName,
        };
        RunFixture? asked = null;
        var services = new RunServiceBundle("host", ["orchestrate", "hook"], TimeProvider.System)
        {
            Environment = environment,
            AskRun = (_, _) =>
                System.Threading.Tasks.Task.FromResult<RunStatus?>(
                    asked!.Told ?? asked.WithGrants(RunStatusFile.Read(asked.Folder.Status))
                ),
        };
        var opened = await services.OpenRepositoryAsync(repository.Path);
        var reference = new RepositoryReference(repository.Path, opened.Key, "queue");
        var plan = new Plan
        {
            Request = "a test",
            Tasks = tasks,
            Contracts = contracts,
        };
        var hash = RunPlanAndSettings.Store(new RunFolder(repository.Path, runId), plan, start);
        var fixture = new RunFixture(repository, reference, plan, hash, services, runId) { _ownsRepository = given is null };
        asked = fixture;
        await fixture.PreflightAgainAsync();
        return fixture;
    }

    /// <summary>A folder of programs that the run finds before all others.</summary>
    private static string Programs(TemporaryRepository repository) => repository.Beside("programs");

    /// <summary>Puts a script where the run finds it.</summary>
    public void AddProgram(string name, string script)
    {
        var path = Path.Combine(Directory.CreateDirectory(Programs(Repository)).FullName, name);
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public Task PreflightAgainAsync() =>
        PreflightAgainAsync(new OrchestrationInput { Repository = Repository.Path, PlanFile = "tasks.yaml" }, default);

    public async Task PreflightAgainAsync(OrchestrationInput input, DateTimeOffset startedAt)
    {
        Preflight = await new PreflightChecker(_services).CheckAsync(
            new PreflightInput(_runId, Reference, Hash, input) { StartedAt = startedAt },
            CancellationToken.None
        );
        StagingTip = Preflight.StagingTip;
        Hash = Preflight.PlanHash.Length > 0 ? Preflight.PlanHash : Hash;
    }

    /// <summary>The prompt of a task's agent.</summary>
    public string PromptOf(string id)
    {
        var files = new RunPlanCache().Load(Reference, _runId, Hash);
        return AgentPrompt.ForKey(files, files.Task(id));
    }

    public PreflightResult Preflight { get; private set; } = new();

    /// <summary>The start of a run with a scripted agent and the given gates.</summary>
    public static RunStartSettings Start(params Gate[] gates)
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
                Gates = new GateSettings(gates, []),
                // What runs in these tests writes beside the repository, for them to read.
                Permissions = settings.Permissions with
                {
                    Sandbox = "off",
                },
            },
        };
    }

    /// <summary>Granted files by task, according to the run's record.</summary>
    public Dictionary<string, IReadOnlyList<string>> Lent { get; } = [];

    public TaskWorkflowInput Task(string id, bool fresh = false) =>
        new()
        {
            RunId = _runId,
            Repository = Reference,
            PlanHash = Hash,
            Task = new TaskOutline { Id = id },
            Rules = new RunWorkflowSettings(),
            Staging = StagingBranch,
            StagingTip = StagingTip,
            Lent = Lent.GetValueOrDefault(id) ?? [],
            Fresh = fresh,
        };

    public Task<PreparedTask> PrepareAsync(string id, int attempt = 1, bool withStaging = false, bool mayReuse = true) =>
        new TaskBranchAndWorktreePreparer(_services).PrepareAsync(
            new PrepareTaskInput
            {
                Task = Task(id),
                Attempt = attempt,
                WithStaging = withStaging,
                MayReuse = mayReuse,
            },
            CancellationToken.None
        );

    public Task<VerifyResult> VerifyAsync(
        string id,
        PreparedTask prepared,
        int attempt = 1,
        int start = 1,
        string endedWith = "",
        bool? claimedDone = null,
        bool byUser = false
    ) =>
        new TaskWorkVerifier(_services).VerifyAsync(
            new VerifyTaskInput
            {
                Task = Task(id),
                Prepared = prepared,
                Attempt = attempt,
                Start = start,
                ClaimedDone = claimedDone ?? endedWith.Length == 0,
                EndedWith = endedWith,
                SaidHash = start == 0 ? "" : SaidBy(id, start),
                Called = AgentRunOutcomeFile.Read(Folder.Start(id, start))?.SubAgents ?? [],
                ByUser = byUser,
            },
            CancellationToken.None
        );

    public Task ReleaseAsync(string id) =>
        new TaskBranchAndWorktreePreparer(_services).ReleaseAsync(
            new ReleaseTaskInput(_runId, Reference, Hash, id),
            CancellationToken.None
        );

    /// <summary>For whom steps are done, as the engine tells it.</summary>
    public StepRequesterWorkflowStatus CallerIs { get; set; } = StepRequesterWorkflowStatus.Open;

    public GetCallerState Caller => _ => System.Threading.Tasks.Task.FromResult(CallerIs);

    /// <summary>Number of landings that the run requested.</summary>
    public int Askings { get; set; }

    /// <summary>The expected tip of staging, as the run's workflow keeps it.</summary>
    public string StagingTip { get; set; } = "";

    /// <summary>The agent's part: writes a file in the task's worktree.</summary>
    public void Write(PreparedTask prepared, string file, string content)
    {
        var path = Path.Combine(Repository.Path, prepared.Worktree, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public async Task<string> ShowAsync(string revision, string file) => await Repository.GitAsync("show", $"{revision}:{file}");

    public void Dispose()
    {
        if (_ownsRepository)
        {
            Repository.Dispose();
        }
    }
}

/// <summary>Changes of what a run begins with.</summary>
internal static class RunStartChanges
{
    /// <summary>The start of a run with other settings.</summary>
    public static RunStartSettings With(this RunStartSettings start, Func<OrchestratorSettings, OrchestratorSettings> change) =>
        start with
        {
            Settings = change(start.Settings),
        };

    /// <summary>The start of a run with another script for the agent, which is not confined.</summary>
    public static RunStartSettings WithAgent(this RunStartSettings start, string script) =>
        start.With(s =>
            s with
            {
                Agents = new Dictionary<string, AgentSettings>(s.Agents)
                {
                    ["script"] = new(["/bin/sh", "-c", script], "subscription", []),
                },
                Permissions = s.Permissions with { Sandbox = "off" },
            }
        );
}
