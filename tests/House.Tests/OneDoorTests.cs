using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Files that confined programs can write (worktrees, an agent's <c>out</c>, its private state and copy of git, downloads) are
/// read by one door: <c>WorktreeFileAccess</c> and <c>RegularFileReader</c>, which follow no link, wait for no pipe and bound what
/// they read. Every other file of the source that lists or opens files by itself stands here, by the reason why that is no such
/// path.</summary>
public sealed partial class OneDoorTests
{
    /// <summary>The foundation that has the door, and the engine, which knows nothing of the product.</summary>
    private static readonly string[] Elsewhere = ["Processes", "Temporal.Server"];

    private static readonly Dictionary<string, string[]> Reasons = new(StringComparer.Ordinal)
    {
        ["the door itself"] = ["Git/Worktrees/WorktreeFileReaderAndWriter"],
        ["lists names without going through links; what is opened goes through the door"] =
        [
            "Agents/ClaudeCli/ClaudeSessionFiles",
            "Agents/Described/DescribedAgentConversationFinder",
            "Gates/Runners/TestReportFileReader",
            "Gates/Running/GateRunner",
            "Gates/Worktrees/TemporaryFolders",
            "Git/Guard/SharedGitAdminFileReader",
            "Git/Worktrees/SandboxLfsFileImporter",
            "Git/Worktrees/NewWorktreePathClearer",
            "App/Cleaning/FolderSize",
            "Gates/Packages/LockAndManifestFileFinder",
        ],
        ["folders of ours that no sandbox shows, or shows read-only"] =
        [
            "Runs/Accounts/LedgerStore",
            "Runs/Accounts/UsageHistory",
            "Agents/Described/ConversationUsageStore",
            "Agents/Supervision/OutputTail",
            "Agents/Supervision/AgentRunFileStore",
            "App/Background/SentSpanStore",
            "App/Queries/GateResultReader",
            "App/Queries/RunQueries",
            "App/Queries/TaskDocumentReader",
            "App/Runs/AgentActionReader",
            "App/Runs/EventFile",
            "App/Runs/StoredRun",
            "App/Runs/StoredRunFinder",
            "App/Starting/PlannerPlanReader",
            "Cli/Commands/Queries/ReportCommand",
            "Cli/Commands/Plans/AskPlannerForTasksCommand",
            "App/Starting/BackgroundRun",
            "Cli/Runs/ReportFile",
            "Cli/Runs/RunTransitionLogger",
            "App/Runs/RunChangeReader",
            "Gates/Results/GateLogHash",
            "Gates/Results/GateHistory",
            "Gates/Turns/GateQueueTicket",
            "Gates/Turns/QueuedGateRecord",
            "Gates/Worktrees/WorktreePortAndFolderReservation",
            "Git/Guard/BlockedGitHookOrSettingStore",
            "Git/Program/SinglePidNamespaceRepositoryLock",
            "Git/Program/RepositoryLocks",
            "Git/Program/TemporaryIndex",
            "Git/Program/GitWriteJournal",
            "Git/Refs/CheckoutHead",
            "Git/Sharing/RepositoryCloner",
            "Git/Worktrees/SandboxCommitImporter",
            "Git/Worktrees/GitLfsFileReader",
            "Git/Worktrees/PooledWorktrees",
            "Git/Worktrees/StaleGitLockRemover",
            "Git/Worktrees/UnfinishedWorkStore",
            "Git/Worktrees/WorktreeRestorer",
            "Git/Worktrees/WorktreeOperationJournal",
            "App/Cleaning/GitConfigLeftovers",
            "App/Cleaning/RunLeftoverSelector",
            "App/Cleaning/UnstartedRuns",
            "App/Cleaning/OrphanedCacheFolder",
            "App/Cleaning/RunLeftoverRemover",
            "App/Cleaning/StorageSizes",
            "App/Supervision/BackgroundErrorStore",
            "App/Programs/EngineStandbyProcessRegistry",
            "App/Workers/WorkerProcessRegistry",
            "App/Repositories/KnownRepositoryStore",
            "Network/Logging/SandboxConnectionSummary",
            "Network/Serving/NetworkProxy",
            "Runs/Merging/Preflight/PlanContractChangeDetector",
            "Runs/Merging/Preflight/DuplicateRunChecker",
            "Runs/Merging/Resets/EarlierExecutionFinder",
            "Runs/Merging/Reviewing/ReviewFindingIds",
            "Runs/Merging/Reviewing/ReviewRoundFileStore",
            "Runs/Reports/AttemptLanguageModelReader",
            "Runs/Reports/Forecasts/RunForecasts",
            "Runs/Reports/Morning/GateRegressions",
            "Runs/Reports/Notices/DueNoticeSender",
            "Runs/Reports/Notices/NoticeOutbox",
            "Runs/Reports/PendingCommandStore",
            "Runs/Reports/RunFinisher",
            "Runs/Reports/AgentClaimAndFactComparer",
            "Runs/Tasks/Mail/MailReader",
            "Runs/Tasks/Mail/Mailbox",
            "Runs/Tasks/Transfer/GitRemoteRunStateExchanger",
            "App/Moving/TaskToFileExporter",
            "Runs/Tasks/Preparing/AgentRunFolders",
            "Runs/Tasks/ConflictPrediction/PredictedConflicts",
            "Runs/Tasks/Requests/QuestionRecord",
            "Runs/Tasks/Working/AdoptedConversation",
            "Runs/Tasks/Working/ConversationStore",
            "Runs/Checkouts/GitConfigurationCopyStore",
            "Runs/Files/TaskCheckpointStore",
            "Runs/Files/GateEvidenceTailReader",
            "Runs/Files/RunEventFileReader",
            "Runs/Files/RunFolder",
            "Runs/Gates/GateEvidence",
            "Runs/Gates/SetUpCache",
            "Runs/Gates/WorktreeSetUpRunner",
            "Runs/Sandboxing/LoginFileCopies",
            "Settings/Trust/RepositoryTrustStore",
        ],
        ["the user's own files, and those of the user's checkout"] =
        [
            "Agents/ClaudeCli/ClaudeCliRunner",
            "Agents/ClaudeCli/ClaudeSessionUsage",
            "Agents/ClaudeCli/Sessions/RunningClaudeProcessList",
            "Agents/ClaudeCli/Sessions/ClaudeSessionFile",
            "App/Engine/ServerConnectionOptions",
            "App/UseCaseServiceBundle",
            "Runs/Backlogs/BacklogStore",
            "Cli/Commands/Queries/CollectRunResultsCommand",
            "Cli/Commands/Host/ConfigChange",
            "Cli/Commands/Plans/PlanCommand",
            "Cli/Options/ListenOptions",
            "App/Conversations/ClaudeSessionReader",
            "App/Setup/ClaudeSkillInstaller",
            "App/Setup/RepositoryInitializer",
            "App/Verification/FlakyTests",
            "Gates/Packages/PackageDownloadFolders",
            "Plans.Readers/Formats/PlanningRequestDocument",
            "Runs/Reports/Notices/NoticeDestinationFactory",
            "App/Repositories/LocalRepositoryPaths",
            "App/PlanFiles/ProjectPromptTextStore",
            "App/PlanFiles/MasterPlanStatusWriter",
            "Runs/Loading/PlanFileReader",
            "App/PlanFiles/PlanAndReferencedFileReader",
            "Runs/Loading/PlanLoader",
            "Runs/Planning/PlanningConcluder",
            "Runs/Planning/PlanningRequestReadResult",
            "Runs/Sandboxing/SandboxBuilder",
            "Settings/Files/SettingsFiles",
        ],
        ["runs inside of the sandbox itself"] =
        [
            "Agents/Acp/AcpClient",
            "Agents/Acp/AcpDriver",
            "Agents/Hooks/ToolCallPermissionHook",
            "Agents/Models/ModelQuestionSender",
            "Agents/Models/ModelConversation",
        ],
        ["a throwaway clone and what its scripted agents recorded"] = ["App/Night/KillRehearsal", "App/Night/RehearsalClone"],
        ["files of the system and of installed programs"] =
        [
            "Gates/Results/GateEnvironment",
            "App/Night/UnattendedRunPreflight",
            "App/Setup/SandboxTrialResult",
        ],
        ["no file of a disk: requests and resources"] =
        [
            "Dashboard/Api/ApiRoutes",
            "Dashboard/Routes/NewRunRoutes",
            "Plans/Files/TaskGraphSchema",
            "Plans/Tasks/TaskRole",
        ],
    };

    [Fact]
    public void Sources_FilesOfConfinedProgramsAreReadByOneDoor()
    {
        var source = RepositoryFiles.Path("src");
        var found = Directory
            .EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: file, Name: Path.ChangeExtension(Path.GetRelativePath(source, file), null)))
            .Where(entry => !Elsewhere.Contains(entry.Name.Split('/')[0]) && !entry.Name.Split('/').Any(part => part is "obj" or "bin"))
            .Where(entry => Opens().IsMatch(File.ReadAllText(entry.File)))
            .Select(entry => entry.Name)
            .ToList();
        var listed = Reasons.Values.SelectMany(names => names).ToList();

        Assert.Empty(found.Except(listed).Order(StringComparer.Ordinal));
        Assert.Empty(listed.Except(found).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"Directory\.(Enumerate|Get(Files|Directories|FileSystemEntries))|\bFile\.(Open|ReadAll|ReadLines)|new FileStream\("
            + @"|FileStream \w+ = new\(|new StreamReader\(|\.Enumerate(Files|Directories|FileSystemInfos)\(|FileSystemEnumerable<",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Opens();
}
