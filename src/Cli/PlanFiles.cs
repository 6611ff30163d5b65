using Orchestrator.Plans;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.Formats;
using Orchestrator.Runs;
using Orchestrator.Runs.Loading;

namespace Orchestrator.Cli;

/// <summary>Opens plan files that were named on the command line.</summary>
internal static class PlanFiles
{
    /// <summary>What a person means who names none.</summary>
    public const string DefaultName = "tasks.yaml";

    /// <summary>
    /// The file that <c>run</c> and <c>tasks run</c> are about: the one that is named, else the plan or the backlog that is here.
    /// </summary>
    /// <exception cref="CommandException">None was named, and none is here.</exception>
    public static string Named(string? given, bool ofBacklog, CommandContext context)
    {
        if (given is not null)
        {
            return given;
        }
        if (!ofBacklog && File.Exists(context.FullPath(DefaultName)))
        {
            return DefaultName;
        }
        var backlog = new BacklogFiles(context, null);
        if (backlog.Exists)
        {
            return backlog.FullPath;
        }
        throw ofBacklog
            ? new CommandException(
                ExitCodes.Usage,
                $"There is no backlog in {context.Directory}.",
                "Add a task: orchestrate add \"WHAT IS TO BE DONE\"."
            )
            : new CommandException(
                ExitCodes.Usage,
                $"No plan was named and there is no {DefaultName} in {context.Directory}, and no backlog either.",
                "Name the plan: orchestrate run PLAN."
            );
    }

    /// <summary>Reads a plan; faults of its content are part of the result.</summary>
    /// <exception cref="CommandException">The file can't be opened.</exception>
    public static PlanReadResult Read(CommandContext context, string name)
    {
        var path = Find(context, name);
        var root = Root(context, path);
        var read = PlanReader
            .Read(
                ReadBytes(path),
                PlanReader.IsMasterPlan(name) ? Path.GetRelativePath(root, path).Replace('\\', '/') : name,
                relative => ReadOther(Path.Combine(root, relative)),
                ProjectTexts(context).Keys.ToList()
            )
            .RefuseLinks(relative => RepositoryLinks.LeadsOutside(root, relative))
            .WithRoles(OwnRoles(context));
        return read.Plan?.Tasks.Any(task => task.Agent is not null) is true && context.FindSettings() is { } settings
            ? read.WithAgents([.. settings.Agents.Keys])
            : read;
    }

    /// <summary>Reads a plan that must be valid.</summary>
    /// <exception cref="CommandException">It can't be opened, or has errors; all of them are named.</exception>
    public static Plan Require(CommandContext context, string name) => Require(context, name, Read(context, name));

    /// <summary>Demands a backlog of which a planner has something to plan.</summary>
    /// <exception cref="CommandException">It can't be opened, has errors, or nothing in it is pending.</exception>
    public static void RequirePending(CommandContext context, string name, string? tag)
    {
        var path = Find(context, name);
        Require(
            context,
            name,
            BacklogPlanReader.ReadForPlanner(ReadBytes(path), name, relative => ReadOther(Path.Combine(Root(context, path), relative)), tag)
        );
    }

    private static Plan Require(CommandContext context, string name, PlanReadResult read)
    {
        if (read.Plan is { } plan)
        {
            return plan;
        }
        if (!BacklogPlanReader.IsBacklog(name) || read.Errors is not [{ Code: BacklogPlanReader.NothingPending } nothing])
        {
            // A warning often names what an error comes from: a key that is misspelt.
            var faults = read.Faults.Where(fault => fault.Severity != FaultSeverity.Advice);
            throw new CommandException(ExitCodes.Usage, string.Join("\n", PlanFault.List(faults)), $"Correct {name} first.");
        }

        // Nothing is wrong with the file; what is left out says why a task that a person sees there does not count.
        foreach (var warning in read.Warnings)
        {
            context.Terminal.Warn(warning.ToPlainText());
        }
        throw new CommandException(ExitCodes.Usage, $"{name}: {nothing.Message}", nothing.Cure);
    }

    private static string Find(CommandContext context, string name)
    {
        var path = context.FullPath(name);
        if (Directory.Exists(path))
        {
            throw new CommandException(ExitCodes.Usage, $"{name} is a folder, not a plan.", "Name the file.");
        }
        return File.Exists(path)
            ? path
            : throw new CommandException(
                ExitCodes.Usage,
                $"There is no plan file {name} in {context.Directory}.",
                "Check the name, or write a plan: see 'orchestrate validate --help'."
            );
    }

    /// <summary>
    /// The plan's contracts by what stands in their files now; a file outside of a repository, or behind a link that leads out of it, is
    /// none.
    /// </summary>
    public static ContractsInForce ContractsInForce(CommandContext context, Plan plan) =>
        Plans.ContractsInForce.Of(
            plan,
            context.FindRepository() is { } repository
                ? plan
                    .Contracts.Select(contract => contract.FilePath)
                    .OfType<string>()
                    .Distinct()
                    .Where(path =>
                        File.Exists(Path.Combine(repository.Root, path)) && RepositoryLinks.LeadsOutside(repository.Root, path) is null
                    )
                    .ToDictionary(path => path, path => File.ReadAllText(Path.Combine(repository.Root, path)), StringComparer.Ordinal)
                : []
        );

    /// <summary>The project's named texts; outside of a repository there are none.</summary>
    /// <exception cref="CommandException">Their file can't be read.</exception>
    public static IReadOnlyDictionary<string, string> ProjectTexts(CommandContext context)
    {
        try
        {
            return context.FindRepository() is { } repository
                ? new ContextStore(Path.Combine(repository.OrchestratorFolder, ProjectContext.FileName)).Read()
                : new Dictionary<string, string>();
        }
        catch (InvalidDataException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }

    /// <summary>The repository's own text for a role, which goes before the one that comes with us, or null.</summary>
    public static string? RoleText(CommandContext context, string role) =>
        OwnRoles(context).Contains(role) ? File.ReadAllText(Path.Combine(RolesFolder(context)!, role + ".md")) : null;

    private static List<string> OwnRoles(CommandContext context) =>
        RolesFolder(context) is { } folder && Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file))]
            : [];

    private static string? RolesFolder(CommandContext context) =>
        context.FindRepository() is { } repository ? Path.Combine(repository.OrchestratorFolder, "roles") : null;

    // Phase files are found from the repository's root; a plan outside of it has its own folder as root.
    private static string Root(CommandContext context, string path) =>
        context.FindRepository()?.Root is { } repository
        && path.StartsWith(repository + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? repository
            : Path.GetDirectoryName(path)!;

    // A link that leads out of the repository is as good as none.
    private static byte[]? ReadOther(string path) => File.Exists(path) && new FileInfo(path).LinkTarget is null ? ReadBytes(path) : null;

    // One byte more than a reader takes is enough for it to refuse the file.
    private static byte[] ReadBytes(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[stream.CanSeek ? Math.Min(stream.Length, PlanText.MaxBytes) + 1 : PlanText.MaxBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }
}
