using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Adhoc;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.Formats;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Runs.Loading;

namespace Orchestrator.App.PlanFiles;

/// <summary>
/// Reads the plans that a user names, together with the context text blocks, roles, contracts and agents to which the plans refer.
/// </summary>
/// <param name="repository">The repository, or null outside a repository.</param>
/// <param name="directory">Absolute path of the folder to which file names are relative.</param>
/// <param name="settings">Returns the current settings. It is called only if a task names its agent.</param>
/// <param name="warn">Called with the reason for each task in the file that is skipped.</param>
/// <param name="time">The clock.</param>
public sealed class PlanAndReferencedFileReader(
    LocalRepositoryPaths? repository,
    string directory,
    Func<OrchestratorSettings?> settings,
    Action<string> warn,
    TimeProvider time
)
{
    /// <summary>Name of the plan file that is used if the user names none.</summary>
    public const string DefaultName = "tasks.yaml";

    /// <summary>
    /// Returns the JSON Schema of a plan. Its <c>$defs</c> must be moved to the root of the document that contains the schema.
    /// </summary>
    public static JsonObject Schema() => LenientTaskGraphSchemaBuilder.Schema();

    /// <summary>
    /// Returns the plan file for <c>run</c> and <c>tasks run</c>. It is the file that the user names, or otherwise the plan or backlog in
    /// the folder.
    /// </summary>
    /// <param name="given">File name that the user gave, or null if the user gave none.</param>
    /// <param name="ofBacklog">True to consider backlogs only.</param>
    /// <exception cref="UserRequestRefusedException">No name was given and the folder has no such file.</exception>
    public string Named(string? given, bool ofBacklog)
    {
        if ((given ?? FindHere(ofBacklog)) is { } name)
        {
            return name;
        }
        throw ofBacklog
            ? new UserRequestRefusedException($"{directory} has no backlog.", "Add a task: orchestrate tasks add \"TASK\".")
            : new UserRequestRefusedException(
                $"No plan was named, and {directory} has neither {DefaultName} nor a backlog.",
                "Name the plan: orchestrate run PLAN."
            );
    }

    /// <summary>Finds the plan or the backlog in the folder. Returns null if there is none.</summary>
    /// <param name="ofBacklog">True to consider backlogs only.</param>
    public string? FindHere(bool ofBacklog)
    {
        if (!ofBacklog && FindDefault() is { } plan)
        {
            return Path.GetRelativePath(directory, plan);
        }
        var backlog = new RepositoryBacklog(repository, directory, null, time, warn);
        return backlog.Exists ? backlog.FullPath : null;
    }

    /// <summary>Reads a plan. The result includes all problems found in the plan.</summary>
    /// <exception cref="UserRequestRefusedException">The file cannot be opened.</exception>
    public PlanReadResult Read(string name)
    {
        var path = Find(name);
        var read = PlanFileReader.ReadPlan(RootOf(path), path, name, ProjectTexts().Keys.ToList()).WithRoles(OwnRoles());
        return read.Plan?.Tasks.Any(task => task.Agent is not null) is true && settings() is { } known
            ? read.WithAgents(known.AgentNames)
            : read;
    }

    /// <summary>Reads a plan and throws if it has errors.</summary>
    /// <exception cref="UserRequestRefusedException">The file cannot be opened or has errors; the message lists all of them.</exception>
    public Plan Require(string name) => Require(name, Read(name));

    /// <summary>Throws unless the backlog has pending tasks for which a planner can make a plan.</summary>
    /// <param name="name">Path of the backlog.</param>
    /// <param name="tag">The tag in a file with tags, or null for the current tag.</param>
    /// <exception cref="UserRequestRefusedException">The backlog cannot be opened, has errors, or has no pending tasks.</exception>
    public void RequirePending(string name, string? tag)
    {
        var path = Find(name);
        var root = RootOf(path);
        Require(name, BacklogPlanReader.ReadForPlanner(PlanFileReader.Read(path), name, other => PlanFileReader.TryRead(root, other), tag));
    }

    /// <summary>Returns the absolute path of a document from which a plan is made.</summary>
    /// <exception cref="UserRequestRefusedException">The document is missing or empty, so no run is started for it.</exception>
    public string RequireDocument(string name)
    {
        var path = Path.GetFullPath(name, directory);
        if (!File.Exists(path))
        {
            throw new UserRequestRefusedException($"The file {name} does not exist in {directory}.", "Check the name of the file.");
        }
        try
        {
            _ = PlanningRequestDocument.Read(path, name, out var fault);
            return fault is null ? path : throw new UserRequestRefusedException(fault, "Correct the document, and run the command again.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UserRequestRefusedException($"{name} can't be read: {unreadable.Message}", "Check the permissions of the file.");
        }
    }

    /// <summary>Reads a list of task descriptions from a file (see <see cref="TaskTextParseResult"/>).</summary>
    /// <exception cref="UserRequestRefusedException">The file cannot be opened or is not such a list.</exception>
    public IReadOnlyList<string> RequireTexts(string name)
    {
        var path = Path.GetFullPath(name, directory);
        if (!File.Exists(path))
        {
            throw new UserRequestRefusedException($"The file {name} does not exist in {directory}.", "Check the name of the file.");
        }
        try
        {
            var text = PlanningRequestDocument.Read(path, name, out var fault);
            if (fault is not null)
            {
                throw new UserRequestRefusedException(fault, "Correct the file, and run the command again.");
            }
            var read = TaskTextParseResult.Read(text);
            return read.Fault is null
                ? read.Texts
                : throw new UserRequestRefusedException(
                    $"{name}: {read.Fault}.",
                    "In a list, each item is a task ('- TASK'), and its further lines are indented. Otherwise each paragraph is a "
                        + "task, or each "
                        + "line."
                );
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UserRequestRefusedException($"{name} can't be read: {unreadable.Message}", "Check the permissions of the file.");
        }
    }

    private Plan Require(string name, PlanReadResult read)
    {
        if (read.Plan is { } plan)
        {
            return plan;
        }
        if (!PlanFileName.IsBacklog(name) || read.Errors is not [{ Code: BacklogPlanReader.NothingPending } nothing])
        {
            // A warning, such as one about a misspelled key, often explains an error.
            var faults = read.Faults.Where(fault => fault.Severity != FaultSeverity.Advice);
            throw new UserRequestRefusedException(string.Join("\n", PlanFault.List(faults)), $"Correct {name} first.");
        }

        // The file is valid. The warnings explain which of its tasks are skipped.
        foreach (var warning in read.Warnings)
        {
            warn(warning.ToPlainText());
        }
        throw new UserRequestRefusedException($"{name}: {nothing.Message}", nothing.Cure);
    }

    private string Find(string name)
    {
        var path = Path.GetFullPath(name, directory);
        if (Directory.Exists(path))
        {
            throw new UserRequestRefusedException($"{name} is a folder, not a plan.", "Name the plan file in this folder.");
        }
        if (File.Exists(path))
        {
            return path;
        }
        return name == DefaultName && FindDefault() is { } above
            ? above
            : throw new UserRequestRefusedException(
                $"The plan file {name} does not exist in {directory}.",
                NearestPlan(path) is { } near
                    ? $"Did you mean '{near}'?"
                    : "Check the name, or write a plan: see 'orchestrate validate --help'."
            );
    }

    /// <summary>Finds the default plan file in this folder or in one of its parents, up to the repository's root.</summary>
    private string? FindDefault()
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, DefaultName);
            if (File.Exists(path))
            {
                return path;
            }
            if (repository is null || folder.FullName == repository.WorkTree)
            {
                return null;
            }
        }
        return null;
    }

    // Lists the files in the same folder that may be plans.
    private string? NearestPlan(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            return null;
        }
        string[] plans = [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Where(PlanFileName.IsPlan)];
        return NearestName.Of(Path.GetFileName(path), plans) is { } near
            ? Path.GetRelativePath(directory, Path.Combine(folder, near))
            : null;
    }

    /// <summary>
    /// Compares the plan's contracts with the existing files. A file counts as missing if there is no repository or if a link leads outside
    /// it.
    /// </summary>
    public InterfaceContractResolutionResult EffectiveContracts(Plan plan) =>
        Plans.InterfaceContractResolutionResult.Of(
            plan,
            repository is not null
                ? plan
                    .Contracts.Select(contract => contract.FilePath)
                    .OfType<string>()
                    .Distinct()
                    .Where(path =>
                        File.Exists(Path.Combine(repository.WorkTree, path))
                        && OutsideLinkFinder.LeadsOutside(repository.WorkTree, path) is null
                    )
                    .ToDictionary(path => path, path => File.ReadAllText(Path.Combine(repository.WorkTree, path)), StringComparer.Ordinal)
                : []
        );

    /// <summary>Reads the project's named context text blocks. Empty outside a repository.</summary>
    /// <exception cref="UserRequestRefusedException">The file of the texts is unreadable.</exception>
    public IReadOnlyDictionary<string, string> ProjectTexts()
    {
        try
        {
            return repository is not null
                ? new ProjectPromptTextStore(Path.Combine(repository.ProjectFolder, ProjectPromptTextSerializer.FileName)).Read()
                : new Dictionary<string, string>();
        }
        catch (InvalidDataException e)
        {
            throw new UserRequestRefusedException(e.Message);
        }
    }

    /// <summary>
    /// Returns the repository's own prompt for a role, which replaces the built-in prompt, or null if the repository defines none.
    /// </summary>
    public string? RoleText(string role) => OwnRoles().Contains(role) ? File.ReadAllText(Path.Combine(RolesFolder!, role + ".md")) : null;

    private List<string> OwnRoles() =>
        RolesFolder is { } folder && Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file))]
            : [];

    private string? RolesFolder => repository is null ? null : Path.Combine(repository.ProjectFolder, "roles");

    // Paths of phase files are relative to the repository's root, or to the plan's folder if the plan is outside a repository.
    private string RootOf(string path) =>
        repository is not null && path.StartsWith(repository.WorkTree + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? repository.WorkTree
            : Path.GetDirectoryName(path)!;
}
