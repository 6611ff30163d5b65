using Orchestrator.Gates.Secrets;
using Orchestrator.Git.Sharing;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Runs.Backlogs;

namespace Orchestrator.Runs.Loading;

/// <summary>Loads the plan and the settings of a run, and stores both in the run's folder for all later steps.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class PlanLoader(RunServiceBundle services)
{
    private const int PageSize = 500;
    private const string SecretInRemote =
        "wip.remote contains a password or a token, which would be shared together with the run. Name a git remote, or remove the "
        + "part before the @ and store it in git's credential helper (git help credentials).";

    /// <summary>
    /// Loads and stores the plan. If the plan or the settings have errors, the returned outline lists them and nothing is stored.
    /// </summary>
    /// <param name="input">The run, and the source of its plan.</param>
    public async Task<PlanOutline> LoadAsync(LoadPlanInput input, CancellationToken stop = default)
    {
        var folder = new RunFolder(input.Repository.Path, input.RunId);
        var opened = services.LoadSettings(input.Repository.WorkTree, input.RunId, input.Input);
        var settings = opened.Loaded;
        if (settings.Settings is null)
        {
            return new PlanOutline { Faults = [.. settings.Errors.Select(e => e.ToString())] };
        }
        if (opened.Refusal is { } refusal)
        {
            return new PlanOutline { Faults = [refusal] };
        }
        var read = input.Input.NeedsPlanner
            ? AddProjectTexts(ReadPlanned(input), input.Repository.WorkTree)
            : ReadPlan(input.Input, input.Repository);
        if (read.Plan is null)
        {
            return new PlanOutline { Faults = PayloadSizeLimiter.Shorten(PlanFault.List(read.Errors)) };
        }
        if (settings.Settings.Wip.Remote is { } remote && SecretScanner.IsInAddress(remote))
        {
            return new PlanOutline { Faults = [SecretInRemote] };
        }
        var repository = await services.Repositories.OpenAsync(input.Repository.Path);
        var start = RunStartSettings.Of(input.Input, settings, input.Repository).WithPriorityOf(read.Plan) with
        {
            GitConfiguration = await GitConfigurationCopyStore.KeepAsync(repository, folder, services.Environment, stop),
        };
        var hash = RunPlanAndSettings.Store(
            folder,
            read.Plan,
            start,
            [.. Roles(input.Repository.WorkTree), .. MarksOfBacklog(input, read.Plan)]
        );
        var outline = TaskOutlineExtractor.OutlineOf(new RunPlanAndSettings(folder, read.Plan, start));
        if (TaskOutlineExtractor.FaultsOf(new RunPlanAndSettings(folder, read.Plan, start), outline.Faults) is { Count: > 0 } faults)
        {
            return new PlanOutline { Faults = PayloadSizeLimiter.Shorten(faults) };
        }
        var (places, homeless) = await RemoteIdentityAsync(settings.Settings, repository, stop);
        if (homeless.Length > 0)
        {
            return new PlanOutline { Faults = [homeless] };
        }
        var risk = PlanRisk.Of(read.Plan, settings.Settings, start.Gates, input.Input);
        return new PlanOutline
        {
            Hash = hash,
            Title = TaskOutlineExtractor.TitleOf(read.Plan.Request ?? input.Input.PlanFile ?? ""),
            Warnings = PayloadSizeLimiter.Shorten([
                .. settings.Warnings.Select(w => w.ToString()),
                .. read.Warnings.Select(w => w.ToPlainText()),
                .. outline.Warnings,
            ]),
            Tasks = PayloadSizeLimiter.First(outline.Tasks, PageSize),
            TaskCount = outline.Tasks.Count,
            Agent = settings.Settings.Agent,
            Rules = TaskOutlineExtractor.RulesOf(start.Settings, input.Input) with { Places = places },
            RiskScore = risk.Score,
            ApprovalReason = risk.Approval,
            ReviewReason = risk.Review,
        };
    }

    /// <summary>Reads the next page of tasks from a stored plan that is too large for one message.</summary>
    /// <param name="input">The run, and the index of the first task on the page.</param>
    public IReadOnlyList<TaskOutline> ReadTasks(ReadTasksInput input)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        return PayloadSizeLimiter.First(TaskOutlineExtractor.OutlineOf(files).Tasks.Skip(input.Offset), PageSize);
    }

    /// <summary>
    /// Returns the identity of the remote through which the run's hosts exchange work. Returns null if the run is not distributed.
    /// </summary>
    private static async Task<(string? Places, string Problem)> RemoteIdentityAsync(
        OrchestratorSettings settings,
        GitRepository repository,
        CancellationToken stop
    )
    {
        if (!settings.Hosts.Spread || settings.Wip.Remote is not { } remote)
        {
            return (null, "");
        }
        var (places, problem) = await new RepositoryIdRemoteRefStore(repository, remote).FindAsync(stop);
        return problem.Length == 0
            ? (places, "")
            : (
                null,
                $"hosts.spread is set, but the remote {GitRemoteAddressInspector.Show(remote)} can't be used: {problem.TrimEnd('.')}. "
                    + "Make the remote available or change wip.remote, and start the run again."
            );
    }

    private static PlanReadResult ReadPlanned(LoadPlanInput input)
    {
        var files = new PlanningFileStore(input.Repository, input.RunId, input.PlanningHash);
        var made = PlanJson.Read(files.Accepted(files.PlanPath, input.SaidHash));
        return TaskGraphReader.Read(PlanJson.WriteIndented(made), files.Folder.Relative(files.PlanPath));
    }

    /// <summary>Reads the plan that the run's input names or contains, and adds the project's context text blocks to the plan.</summary>
    public static PlanReadResult ReadPlan(OrchestrationInput input, RepositoryReference repository) =>
        AddProjectTexts(
            input.Plan is { } given
                ? PlanFileReader.RefuseUnfit(TaskGraphReader.ReadData(given, "plan"), repository.WorkTree, repository.WorkTree)
                : ReadFile(input.PlanFile!, repository.WorkTree),
            repository.WorkTree
        );

    private static PlanReadResult ReadFile(string file, string workTree)
    {
        try
        {
            return PlanFileReader.ReadPlan(workTree, Path.GetFullPath(file, workTree), file);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return new PlanReadResult(
                null,
                [
                    PlanFault.Error(
                        file,
                        "no-plan-file",
                        $"The plan file can't be read: {missing.Message}",
                        "Write an absolute path, or a path relative to the repository."
                    ),
                ]
            );
        }
    }

    private static PlanReadResult AddProjectTexts(PlanReadResult read, string repository)
    {
        const string File = ".orchestrator/" + ProjectPromptTextSerializer.FileName;
        if (read.Plan is null)
        {
            return read;
        }
        var path = Path.Combine(repository, File);
        try
        {
            return System.IO.File.Exists(path)
                ? read with
                {
                    Plan = ProjectPromptTextSerializer.AddTo(
                        read.Plan,
                        ProjectPromptTextSerializer.Read(System.IO.File.ReadAllBytes(path))
                    ),
                }
                : read;
        }
        catch (JsonException broken)
        {
            var line = (int)(broken.LineNumber ?? 0) + 1;
            return new PlanReadResult(
                null,
                [
                    PlanFault.Error(
                        File,
                        "bad-context",
                        "The file is not a mapping of names to strings.",
                        "Correct the file, or remove it.",
                        line: line
                    ),
                ]
            );
        }
    }

    /// <summary>
    /// Creates the mapping from backlog tasks to the tasks of a run that was started from a backlog. When the run ends, the mapping
    /// determines which backlog tasks are marked as done.
    /// </summary>
    private IEnumerable<(string Name, byte[] Content)> MarksOfBacklog(LoadPlanInput input, Plan plan)
    {
        var file = input.Input.RequestFile ?? input.Input.PlanFile;
        if (file is null || !PlanFileName.IsBacklog(file))
        {
            yield break;
        }
        var ids = input.Input.NeedsPlanner
            ? new PlanningFileStore(input.Repository, input.RunId, input.PlanningHash).Goal.BacklogIds ?? []
            : [.. plan.Tasks.Select(t => t.Id)];
        var marks = new BacklogToRunTaskMapping
        {
            Tag = input.Input.Planning?.Tag ?? new BacklogStore(input.Repository.WorkTree, null, services.Time).CurrentTag,
            Tasks = BacklogPlanningRequestRenderer.Links(plan, ids, out _),
        };
        yield return (BacklogToRunTaskMapping.FileName, marks.ToJson());
    }

    /// <summary>
    /// Reads the role prompts that the repository defines. The run stores these versions, so that later edits do not affect it.
    /// </summary>
    private static IEnumerable<(string Name, byte[] Content)> Roles(string repository)
    {
        var roles = Path.Combine(repository, ".orchestrator", "roles");
        return !Directory.Exists(roles)
            ? []
            : Directory
                .EnumerateFiles(roles, "*.md")
                .Select(file => (RunFolder.RoleName(Path.GetFileNameWithoutExtension(file)), File.ReadAllBytes(file)));
    }
}
