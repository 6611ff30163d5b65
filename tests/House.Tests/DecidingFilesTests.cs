using System.Text.RegularExpressions;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>What a run decides by is read through <c>BoundFile</c>, which compares it with the hash in the run's history. Every other
/// place of <c>src/Runs</c> that reads a file stands here with the reason why nothing of a run is decided by it.</summary>
public sealed partial class DecidingFilesTests
{
    private const string Checked = "the hash is compared here";
    private const string Person = "a person's own files, of which trust or the start of the run decides";
    private const string Report = "for people: reports, notices, prompts";
    private const string Machine = "state of this machine";
    private const string Agent = "what an agent is told of its run, or has said itself before its claim is bound";
    private const string Tree = "files of a worktree or a repository, at a commit that is checked";

    private static readonly Dictionary<string, string> Readers = new(StringComparer.Ordinal)
    {
        ["AgentClaim"] = Agent,
        ["AgentRunNotes"] = Report,
        ["CheckpointFiles"] = Checked,
        ["PendingCommands"] = "shown to people; the engine has the commands themselves",
        ["SavedWork"] = Report,
        ["ListFile"] = "lists that can only lead to a refusal (lent.json, dependencies.json)",
        ["RepositoryLocation"] = Tree,
        ["RunContracts"] = "the unbound one is for an agent's own questions",
        ["RunStart"] = "outside of a run, the hash of the copy of git's configuration, which is compared with the copy",
        ["StatusFile"] = Report,
        ["TaskNotes"] = "TaskPreparation compares the commits in it with staging",
        ["UnexpectedFiles"] = Report,
        ["Callbacks/AgentMail"] = Agent,
        ["Callbacks/AgentQuestions"] = Agent,
        ["Cleaning/OrphanedCache"] = Machine,
        ["Gates/GateFacts"] = Report,
        ["Gates/GateHistory"] = Machine,
        ["Gates/GateResultCache"] = "the cache of a machine: SECURITY.md says what that means without a sandbox",
        ["Gates/GateTally"] = Report,
        ["Gates/WorktreeSetup"] = Machine,
        ["Holds/HoldFile"] = Machine,
        ["Hosting/StandbyProcesses"] = Machine,
        ["Landing/AuditCheck"] = Report,
        ["Landing/LandedHistory"] = "the commit in it counts only where the target has it",
        ["Landing/LandingReversals"] = "the commits in it are compared with each other",
        ["Landing/RunAbort"] = Report,
        ["Landing/StoredFindings"] = Report,
        ["Loading/ContextStore"] = Person,
        ["Loading/MasterPlanFile"] = Person,
        ["Loading/PlanBytes"] = Person,
        ["Loading/PlanFiles"] = Person,
        ["Loading/PlanLoading"] = Person,
        ["Mail/MailReader"] = "how far a task has read",
        ["Merging/RunLosses"] = Report,
        ["Planning/PlanningEnd"] = Person,
        ["Planning/Replanning"] = Report,
        ["Planning/RequestSource"] = Person,
        ["Questions/QuestionCaller"] = Report,
        ["Radar/ComingConflicts"] = Report,
        ["Reports/ContractHistory"] = Report,
        ["Reports/EvidenceTail"] = Report,
        ["Reports/RunEvents"] = Report,
        ["Reports/ProgressRecorder"] = Report,
        ["Reports/RunEnding"] = Report,
        ["Reports/RunRecord"] = Report,
        ["Requests/ManifestVersions"] = Tree,
        ["Requests/PackageInstallation"] = Tree,
        ["Requests/PackageProgram"] = Tree,
        ["Requests/QuestionRecord"] = Report,
        ["Resets/EarlierExecution"] = "a run that was reset: SECURITY.md says what is left",
        ["Reviewing/FindingIds"] = "a number in the names of tasks",
        ["Setup/RepositoryInitializer"] = Person,
        ["Tasks/AgentGuard"] = Report,
        ["Tasks/OfferedTools"] = Report,
        ["Tasks/RequestedFiles"] = Report,
    };

    [Fact]
    public void Runs_FilesAreReadThroughTheirHashOrDecideNothing()
    {
        var runs = Path.GetDirectoryName(ProjectFiles.Product.Single(file => ProjectFiles.NameOf(file) == "Runs"))!;
        var found = Directory
            .EnumerateFiles(runs, "*.cs", SearchOption.AllDirectories)
            .Where(file => Reads().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(runs, file), null))
            .Where(name => !name.StartsWith("obj/", StringComparison.Ordinal) && !name.StartsWith("bin/", StringComparison.Ordinal))
            .ToList();

        Assert.True(found.Count > 20, "the test finds no readers any more: do they have other names?");
        Assert.Empty(found.Except([.. Readers.Keys, "BoundFile"]).Order(StringComparer.Ordinal));
        Assert.Empty(Readers.Keys.Except(found).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"\bFile\.(ReadAll|ReadLines|OpenRead|OpenText)|\b(SmallFile|StoredJson|DurableFile|LandingNote)\.TryRead"
            + @"|\bStatusFile\.Read|\bRegularFile\.Try",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Reads();
}
