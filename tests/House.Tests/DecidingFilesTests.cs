using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>What a run decides by is read through <c>BoundFile</c>, which compares it with the hash in the run's history. Every other
/// place of these rooms that reads a file stands here with the reason why nothing of a run is decided by it.</summary>
public sealed partial class DecidingFilesTests
{
    private const string Checked = "the hash is compared here";
    private const string Person = "a person's own files, of which trust or the start of the run decides";
    private const string Report = "for people: reports, notices, prompts";
    private const string Machine = "state of this machine";
    private const string Agent = "what an agent is told of its run, or has said itself before its claim is bound";
    private const string Tree = "files of a worktree or a repository, at a commit that is checked";

    /// <summary>The projects that do what a run does.</summary>
    private static readonly string[] Rooms = ["Gates", "Machine", "Packages", "Runs"];

    private static readonly Dictionary<string, string> Readers = new(StringComparer.Ordinal)
    {
        ["Runs/Files/AgentClaim"] = Agent,
        ["Runs/Files/AgentRunNotes"] = Report,
        ["Runs/Files/CheckpointFiles"] = Checked,
        ["Runs/Files/PendingCommands"] = "shown to people; the engine has the commands themselves",
        ["Runs/Files/SavedWork"] = Report,
        ["Runs/Files/ListFile"] = "lists that can only lead to a refusal (lent.json, dependencies.json)",
        ["Runs/Checkouts/RepositoryLocation"] = Tree,
        ["Runs/Files/RunContracts"] = "the unbound one is for an agent's own questions",
        ["Runs/Files/RunStart"] = "outside of a run, the hash of the copy of git's configuration, which is compared with the copy",
        ["Runs/Files/StatusFile"] = Report,
        ["Runs/Files/TaskNotes"] = "TaskPreparation compares the commits in it with staging",
        ["Runs/Checkouts/UnexpectedFiles"] = Report,
        ["Runs/Callbacks/AgentMail"] = Agent,
        ["Runs/Callbacks/AgentQuestions"] = Agent,
        ["Machine/Cleaning/LeftGitCopies"] = Machine,
        ["Machine/Cleaning/OrphanedCache"] = Machine,
        ["Runs/Gates/GateEvidence"] = Report,
        ["Gates/Detection/GateDetection"] = Tree,
        ["Gates/Detection/ProjectCommands"] = Tree,
        ["Gates/Turns/GateTicket"] = Machine,
        ["Gates/Worktrees/PortRanges"] = Machine,
        ["Gates/Worktrees/WorktreeResourceClaim"] = Machine,
        ["Gates/Results/EvidenceHash"] = Report,
        ["Gates/Results/GateHistory"] = Machine,
        ["Gates/Results/GateResultCache"] = "the cache of a machine: SECURITY.md says what that means without a sandbox",
        ["Runs/Gates/WorktreeSetup"] = Machine,
        ["Runs/Holds/HoldFile"] = Machine,
        ["Machine/Hosting/StandbyProcesses"] = Machine,
        ["Runs/Landing/AuditCheck"] = Report,
        ["Runs/Landing/LandedHistory"] = "the commit in it counts only where the target has it",
        ["Runs/Landing/LandingReversals"] = "the commits in it are compared with each other",
        ["Runs/Landing/RunAbort"] = Report,
        ["Runs/Landing/StoredFindings"] = Report,
        ["Runs/Loading/ContextStore"] = Person,
        ["Runs/Loading/MasterPlanFile"] = Person,
        ["Runs/Loading/PlanBytes"] = Person,
        ["Runs/Loading/PlanFiles"] = Person,
        ["Runs/Loading/PlanLoading"] = Person,
        ["Runs/Mail/MailReader"] = "how far a task has read",
        ["Runs/Merging/RunLosses"] = Report,
        ["Runs/Notices/AccountClaims"] = Machine,
        ["Runs/Notices/NoticeBook"] = Machine,
        ["Runs/Notices/NoticeTargets"] = "secrets of channels, which go to them alone",
        ["Runs/Planning/PlanningEnd"] = Person,
        ["Runs/Planning/Replanning"] = Report,
        ["Runs/Planning/RequestSource"] = Person,
        ["Runs/Questions/QuestionCaller"] = Report,
        ["Runs/Radar/ComingConflicts"] = Report,
        ["Runs/Reports/ContractHistory"] = Report,
        ["Runs/Reports/EvidenceTail"] = Report,
        ["Runs/Reports/GateNews"] = Report,
        ["Runs/Reports/RunEvents"] = Report,
        ["Runs/Reports/ProgressRecorder"] = Report,
        ["Runs/Reports/RunEnding"] = Report,
        ["Runs/Reports/RunRecord"] = Report,
        ["Packages/ManifestVersions"] = Tree,
        ["Runs/Requests/PackageInstallation"] = Tree,
        ["Runs/Requests/PackageProgram"] = Tree,
        ["Runs/Requests/QuestionRecord"] = Report,
        ["Runs/Resets/EarlierExecution"] = "a run that was reset: SECURITY.md says what is left",
        ["Runs/Reviewing/FindingIds"] = "a number in the names of tasks",
        ["Machine/Repositories/InboxMarks"] = Machine,
        ["Machine/Repositories/KnownRepositories"] = Machine,
        ["Machine/Service/UserServices"] = Person,
        ["Machine/Setup/RepositoryInitializer"] = Person,
        ["Runs/Tasks/AgentGuard"] = Report,
        ["Runs/Tasks/OfferedTools"] = Report,
        ["Runs/Tasks/RequestedFiles"] = Report,
    };

    [Fact]
    public void Runs_FilesAreReadThroughTheirHashOrDecideNothing()
    {
        var source = RepositoryFiles.Path("src");
        var found = Rooms
            .SelectMany(room => Directory.EnumerateFiles(Path.Combine(source, room), "*.cs", SearchOption.AllDirectories))
            .Where(file => Reads().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(source, file), null))
            .Where(name => !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal))
            .ToList();

        Assert.True(found.Count > 20, "the test finds no readers any more: do they have other names?");
        Assert.Empty(found.Except([.. Readers.Keys, "Runs/Files/BoundFile"]).Order(StringComparer.Ordinal));
        Assert.Empty(Readers.Keys.Except(found).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"\bFile\.(ReadAll|ReadLines|OpenRead|OpenText)|\b(SmallFile|StoredJson|DurableFile|LandingNote)\.TryRead"
            + @"|\bStatusFile\.Read|\bRegularFile\.Try",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Reads();
}
