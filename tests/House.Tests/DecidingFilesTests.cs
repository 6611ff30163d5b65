using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Files that decide about a run are read through <c>HashVerifiedFile</c>, which compares them with the hash in the run's history.
/// Every other source of these rooms that reads a file is listed with the reason for which the file decides nothing.</summary>
public sealed partial class DecidingFilesTests
{
    private const string Checked = "the hash is compared here";
    private const string Person = "a person's own files, of which trust or the start of the run decides";
    private const string Report = "for people: reports, notices, prompts";
    private const string Machine = "state of this machine";
    private const string Agent = "what an agent is told of its run, or has said itself before its claim is bound";
    private const string Tree = "files of a worktree or a repository, at a commit that is checked";

    /// <summary>The projects that do what a run does.</summary>
    private static readonly string[] Rooms = ["App", "Gates", "Runs"];

    private static readonly Dictionary<string, string> Readers = new(StringComparer.Ordinal)
    {
        ["Runs/Accounts/LedgerStore"] = Machine,
        ["Runs/Accounts/UsageHistory"] = Machine,
        ["Runs/Accounts/UsageRecordWriter"] = Machine,
        ["Runs/Backlogs/BacklogStore"] = Person,
        ["Runs/AgentCalls/AgentOutcomeClaim"] = Agent,
        ["Runs/AgentCalls/AgentRunOutcomeFile"] = Report,
        ["Runs/Files/TaskCheckpointStore"] = Checked,
        ["Runs/Reports/PendingCommandStore"] = "shown to people; the engine has the commands themselves",
        ["Runs/Tasks/Working/RetainedWorkLocationRecorder"] = Report,
        ["App/Conversations/SessionAdoption"] = Person,
        ["App/Repositories/ImportedCommentStore"] =
            "which remarks are tasks already: where it is changed, one becomes a task twice, or none",
        ["Runs/Tasks/Working/ConversationStore"] = Agent,
        ["Runs/Sandboxing/SandboxedAgentStateFolder"] = Agent,
        ["Runs/Sandboxing/LoginFileCopies"] = "a person's login: an agent's copy is taken over where it names the same account",
        ["App/Moving/TaskToFileExporter"] = Agent,
        ["Runs/Tasks/Transfer/HostTaskAssignmentStore"] =
            "whether a run is another machine's: where it is changed, a step waits, or pushes nothing",
        ["Runs/Tasks/Mail/Mailbox"] =
            "what agents tell each other, which is no order: where it is changed, a message is lost, or comes twice",
        ["Runs/Tasks/Transfer/GitRemoteRunStateExchanger"] =
            "whose run it is: where it is changed, what a step has made is pushed later, or the remote refuses",
        ["Runs/Files/JsonListFile"] = "lists that can only lead to a refusal (lent.json, dependencies.json)",
        ["Runs/Checkouts/GitConfigurationCopyStore"] =
            "in the user's state: which copy stands in for another machine's; it is compared with its hash",
        ["Runs/Checkouts/OutsideLinkFinder"] = "names of submodules, which can only lead to a refusal; preflight asks git",
        ["App/Repositories/LocalRepositoryPaths"] = Tree,
        ["Runs/Files/PlanContractCommitter"] = "the unbound one is for an agent's own questions",
        ["Runs/Files/RunStartSettings"] = "outside of a run, the hash of the copy of git's configuration, which is compared with the copy",
        ["Runs/Files/RunStatusFile"] = Report,
        ["Runs/Tasks/Preparing/TaskWorktreeRecord"] =
            "the preparer compares the commits in it with staging; where dropped changes of a conflict are added, " + "those go unnamed",
        ["Runs/Tasks/Guard/UnexpectedFileDetector"] = Report,
        ["App/Callbacks/AgentMailDispatcher"] = Agent,
        ["App/Callbacks/AgentInformationRequestResponder"] = Agent,
        ["App/Cleaning/GitConfigLeftovers"] = Machine,
        ["App/Cleaning/OrphanedCacheFolder"] = Machine,
        ["Runs/Gates/GateEvidence"] = Report,
        ["Runs/Tasks/Verification/ConflictingTaskStore"] =
            "which further gates judge the resolution of a conflict: where it is changed, those alone are not run",
        ["Gates/Detection/ProjectDefinedCommandFinder"] = Tree,
        ["Gates/Runners/TestReportParser"] = Tree,
        ["Gates/Turns/GateQueueTurnShareRecord"] = Machine,
        ["Gates/Turns/GateQueueTicket"] = Machine,
        ["Gates/Worktrees/PortRanges"] = Machine,
        ["Gates/Worktrees/WorktreePortAndFolderReservation"] = Machine,
        ["Gates/Results/GateLogHash"] = Report,
        ["Gates/Results/GateHistory"] = Machine,
        ["Gates/Results/GateResultCache"] = "the cache of a machine: SECURITY.md says what that means without a sandbox",
        ["Runs/Gates/WorktreeSetUpRunner"] = Machine,
        ["Runs/Holds/AgentStartHoldStore"] = Machine,
        ["App/Supervision/BackgroundErrorStore"] = Machine,
        ["App/Programs/EngineStandbyProcessRegistry"] = Machine,
        ["App/Workers/WorkerProcessRegistry"] = Machine,
        ["Runs/Merging/Landing/PackageVulnerabilityAuditor"] = Report,
        ["Runs/Merging/Landing/LandingCommitBuilder"] = "the commit in it counts only where the target has it",
        ["Runs/Merging/Landing/EndedRunLandingReverter"] = "the commits in it are compared with each other",
        ["Runs/Merging/Landing/AbortedRunWorkKeeper"] = Report,
        ["Runs/Merging/Landing/PreLandingCheckProblemList"] = Report,
        ["App/PlanFiles/ProjectPromptTextStore"] = Person,
        ["App/PlanFiles/MasterPlanStatusWriter"] = Person,
        ["Runs/Loading/PlanFileReader"] = Person,
        ["App/PlanFiles/PlanAndReferencedFileReader"] = Person,
        ["Runs/Loading/PlanLoader"] = Person,
        ["Runs/Merging/Preflight/DuplicateRunChecker"] =
            "earlier runs of the same work: where one is changed, a person is asked needlessly, or is not asked",
        ["Runs/Tasks/Mail/MailReader"] = "how far a task has read",
        ["Runs/Merging/RunLostChangeChecker"] = Report,
        ["Runs/Reports/Notices/AccountNoticeDeduplicator"] = Machine,
        ["Runs/Reports/Notices/RunNoticeRecord"] = Machine,
        ["Runs/Reports/Notices/NoticeDestinationFactory"] = "secrets of channels, which go to them alone",
        ["Runs/Planning/PlanningConcluder"] = Person,
        ["Runs/Planning/RunReplanner"] = Report,
        ["Runs/Planning/PlanningRequestReadResult"] = Person,
        ["Runs/Tasks/Questions/AgentQuestionPlannerCaller"] = Report,
        ["Runs/Tasks/ConflictPrediction/PredictedConflicts"] = Report,
        ["Runs/Merging/Preflight/PlanContractChangeDetector"] = Report,
        ["Runs/Files/GateEvidenceTailReader"] = Report,
        ["Runs/Files/RunEventFileReader"] = Report,
        ["Runs/Reports/Morning/GateRegressions"] = Report,
        ["Runs/Reports/Forecasts/RunForecasts"] = Report,
        ["Runs/Reports/ProgressRecorder"] = Report,
        ["Runs/Reports/RunFinisher"] = Report,
        ["Runs/Reports/RunRecord"] = Report,
        ["Gates/Packages/PackageDownloadFolders"] = Person,
        ["Gates/Packages/ManifestPackageVersionReader"] = Tree,
        ["Runs/Tasks/Requests/PackageManagerProgram"] = Tree,
        ["Runs/Tasks/Requests/QuestionRecord"] = Report,
        ["Runs/Merging/Resets/EarlierExecutionFinder"] = "a run that was reset: SECURITY.md says what is left",
        ["Runs/Merging/Reviewing/ReviewFindingIds"] = "a number in the names of tasks",
        ["App/Engine/ServerConnectionOptions"] = Person,
        ["App/Queries/GateResultReader"] = Report,
        ["App/Queries/RunQueries"] = Report,
        ["App/Queries/TaskDocumentReader"] = Report,
        ["App/Runs/AgentActionReader"] = Report,
        ["App/Runs/StoredRun"] = Report,
        ["App/Starting/BackgroundRun"] = Report,
        ["App/Starting/PlannerPlanReader"] = Person,
        ["App/UseCaseServiceBundle"] = Person,
        ["App/Workers/RunProgressReader"] = Machine,
        ["App/Access/WebLoginFailures"] = Machine,
        ["App/Access/DecisionSigningKey"] = Machine,
        ["App/Access/WebSessionKey"] = Machine,
        ["App/Access/WebTokenStore"] = Machine,
        ["App/Night/KillRehearsal"] = Report,
        ["App/Night/RehearsalClone"] = "the user's own settings, which a rehearsal copies into a throwaway clone",
        ["App/Night/UnattendedRunPreflight"] = Machine,
        ["App/Setup/SandboxTrialResult"] = Machine,
        ["App/Repositories/InboxMarkStore"] = Machine,
        ["App/Repositories/KnownRepositoryStore"] = Machine,
        ["App/Service/SystemdUserServiceManager"] = Person,
        ["App/Setup/RepositoryInitializer"] = Person,
        ["App/Setup/IgnoreFile"] = Person,
        ["App/Verification/FlakyTests"] = Person,
        ["Runs/Tasks/Guard/AgentRunGitStateGuard"] = Report,
        ["Runs/Tasks/Working/McpToolAvailabilityChecker"] = Report,
        ["Runs/Tasks/Verification/RequestedFileOwners"] = Report,
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
        Assert.Empty(found.Except([.. Readers.Keys, "Runs/Files/HashVerifiedFile"]).Order(StringComparer.Ordinal));
        Assert.Empty(Readers.Keys.Except(found).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"\bFile\.(ReadAll|ReadLines|OpenRead|OpenText)|\b(SmallFileReader|StoredJsonReader|DurableFile|TargetBranchMoveHistory)\.TryRead"
            + @"|\bRunStatusFile\.Read|\bRegularFileReader\.Try",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Reads();
}
