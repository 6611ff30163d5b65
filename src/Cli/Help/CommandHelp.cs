namespace Orchestrator.Cli.Help;

/// <summary>Additional help text of a command, with examples and the meanings of its exit codes.</summary>
/// <param name="Examples">Example command lines, the most common one first.</param>
/// <param name="Codes">Exit codes with a command-specific meaning.</param>
internal sealed record CommandHelp(IReadOnlyList<string> Examples, IReadOnlyList<(UseCaseOutcome Code, string Meaning)> Codes)
{
    private static readonly (UseCaseOutcome, string)[] Run =
    [
        (UseCaseOutcome.Done, "the run has completed or, with --detach, has started"),
        (UseCaseOutcome.WorkFailed, "a failed task needs a decision, or the run failed, was canceled or was terminated"),
        (UseCaseOutcome.NeedsPerson, "the run is waiting for an approval, an answer or a landing"),
        (UseCaseOutcome.Resumable, "the run was paused or interrupted; 'resume' continues the run"),
        (UseCaseOutcome.Interrupted, "the command was interrupted before anything started"),
    ];

    private static readonly (UseCaseOutcome, string)[] Planner =
    [
        (UseCaseOutcome.Done, "the planner succeeded"),
        (UseCaseOutcome.WorkFailed, "the planner failed"),
        (UseCaseOutcome.NeedsPerson, "a question must be answered at a terminal"),
        (UseCaseOutcome.Resumable, "the planner was interrupted; the same command continues the planning"),
    ];

    private static readonly (UseCaseOutcome, string)[] Carry =
    [
        (UseCaseOutcome.Done, "the run accepted the command, or this process executed the command"),
        (UseCaseOutcome.Resumable, "the command is stored; 'resume' executes the command"),
    ];

    private static readonly (UseCaseOutcome, string)[] Views =
    [
        (UseCaseOutcome.WorkFailed, "with --view conflicts, conflicts were found"),
        (UseCaseOutcome.NeedsPerson, "with --view risk, the score is above risk.auto_approve_threshold"),
    ];

    private static readonly (UseCaseOutcome, string)[] Plain = [];

    private static readonly (UseCaseOutcome, string)[] PullRequest =
    [
        (UseCaseOutcome.WorkFailed, "gh or git refused the operation, or the work contains a suspected secret"),
        (UseCaseOutcome.Resumable, "GitHub's rate limit is reached; repeat the command later to continue"),
        (UseCaseOutcome.Unavailable, "gh is missing or not logged in, or GitHub does not respond"),
    ];

    private static readonly (UseCaseOutcome, string)[] Question =
    [
        (UseCaseOutcome.NeedsPerson, "a question must be answered at a terminal"),
    ];

    private static readonly Dictionary<string, CommandHelp> All = new()
    {
        ["init"] = Of(Plain, "orchestrate init", "orchestrate init --claude"),
        ["check"] = Of([(UseCaseOutcome.Unavailable, "a check failed, so runs can't work here")], "orchestrate check"),
        ["agents"] = Of(Plain, "orchestrate agents", "orchestrate agents --json"),
        ["trust"] = Of([(UseCaseOutcome.NeedsPerson, "you did not agree, or the question could not be asked")], "orchestrate trust"),
        ["accept"] = Of(Plain, "orchestrate accept", "orchestrate accept --all"),
        ["plan"] = Of(Planner, "orchestrate plan \"Add a login page with tests\" -o tasks.yaml", "orchestrate plan --prd docs/prd.md"),
        ["validate"] = Of(
            [(UseCaseOutcome.Usage, "the plan can't be run"), .. Views],
            "orchestrate validate",
            "orchestrate validate plans/MASTER_PLAN.md --print yaml",
            "orchestrate validate --view risk",
            "orchestrate validate tasks.yaml --view mermaid",
            "orchestrate validate --schema run-input"
        ),
        ["contracts"] = Of(
            Plain,
            "orchestrate contracts tasks.yaml",
            "orchestrate contracts AuthService 'login(user: str) -> dict' -o src/auth.py"
        ),
        ["environment"] = Of(
            [(UseCaseOutcome.WorkFailed, "the hash differs from the given one")],
            "orchestrate environment --verify 3f9a1c"
        ),
        ["context"] = Of(Plain, "orchestrate context set style \"Short functions, no globals.\"", "orchestrate context list"),
        ["tasks add"] = Of(Plain, "orchestrate tasks add \"Rename the settings file\" --priority high"),
        ["tasks parse"] = Of(Planner, "orchestrate tasks parse docs/prd.md"),
        ["tasks expand"] = Of(Planner, "orchestrate tasks expand 3"),
        ["tasks list"] = Of(Plain, "orchestrate tasks list --status pending"),
        ["tasks show"] = Of(Plain, "orchestrate tasks show 3.1"),
        ["tasks next"] = Of(Plain, "orchestrate tasks next"),
        ["tasks set-status"] = Of(Plain, "orchestrate tasks set-status 1,2 done"),
        ["tasks update"] = Of(Plain, "orchestrate tasks update 3 --priority critical"),
        ["tasks delete"] = Of(Plain, "orchestrate tasks delete 3"),
        ["tasks run"] = Of(Run, "orchestrate tasks run", "orchestrate tasks run --no-planner"),
        ["config list"] = Of(Plain, "orchestrate config list --changed"),
        ["config get"] = Of(Plain, "orchestrate config get retry.max_attempts"),
        ["config set"] = Of(Plain, "orchestrate config set workers 4", "orchestrate config set gates.task '[npm test]'"),
        ["config unset"] = Of(Plain, "orchestrate config unset workers", "orchestrate config unset agents.my-agent"),
        ["notify test"] = Of(
            [(UseCaseOutcome.WorkFailed, "a target did not accept the test notice")],
            "orchestrate notify test",
            "orchestrate notify test phone"
        ),
        ["notify send"] = Of(
            [(UseCaseOutcome.WorkFailed, "a target did not accept a notice")],
            "orchestrate notify send",
            "orchestrate notify send add-login"
        ),
        ["notify discard"] = Of(Plain, "orchestrate notify discard add-login"),
        ["done"] = Of(Plain, "orchestrate done --status completed"),
        ["blocked"] = Of(
            Plain,
            "orchestrate blocked --needs \"pandas>=2.0\" --reason \"the parser reads CSV with it\"",
            "orchestrate blocked --question \"Which of the two date formats?\"",
            "orchestrate blocked --file src/api.py --reason \"the route is registered there\"",
            "orchestrate blocked --split \"the parser\" \"the printer\" --reason \"two parts that share nothing\""
        ),
        ["mcp"] = Of(Plain, "orchestrate mcp"),
        ["mail check"] = Of(Plain, "orchestrate mail check"),
        ["mail peek"] = Of(Plain, "orchestrate mail peek"),
        ["mail send"] = Of(Plain, "orchestrate mail send parser \"login() returns a dict now\""),
        ["mail broadcast"] = Of(Plain, "orchestrate mail broadcast \"ids are UUIDs\""),
        ["send"] = Of(
            Plain,
            "orchestrate send run-tasks-3f9a1c/parser \"Keep the old flag working.\"",
            "orchestrate send run-tasks-3f9a1c \"No new packages, please.\" --all"
        ),
        ["run"] = Of(
            Run,
            "orchestrate run",
            "orchestrate run tasks.yaml --workers 4 --until 07:30 --max-cost 40 --overnight --detach",
            "orchestrate run \"Add a login page with tests\""
        ),
        ["spawn"] = Of(
            Run,
            "orchestrate spawn \"Fix the login page\" \"Add tests for the parser\"",
            "orchestrate spawn --from ideas.md --workers 4 --detach",
            "orchestrate spawn --n 3 \"Make the search faster\"",
            "orchestrate spawn --run run-tasks-3f9a1c \"Add a test for the empty list\""
        ),
        ["night"] = Of(Plain, "orchestrate night rehearse --until 07:00 --max-cost 40"),
        ["night rehearse"] = Of(
            [.. Plain, (UseCaseOutcome.WorkFailed, "with --kill, some work did not land, or was paid for twice")],
            "orchestrate night rehearse tasks.yaml --until 07:00 --max-cost 40",
            "orchestrate night rehearse tasks.yaml --kill --commits v1.0..main"
        ),
        ["resume"] = Of(Run, "orchestrate resume", "orchestrate resume run-tasks-3f9a1c --detach"),
        ["move"] = Of(
            [
                .. Run,
                (
                    UseCaseOutcome.Usage,
                    "the run's host is still executing the run, or something that the run needs is missing on this machine"
                ),
            ],
            "orchestrate move run-tasks-3f9a1c --address temporal.example.com:7233"
        ),
        ["move export"] = Of(Plain, "orchestrate move export run-tasks-3f9a1c/parser parser.bundle"),
        ["move import"] = Of(Run, "orchestrate move import parser.bundle"),
        ["status"] = Of(Plain, "orchestrate status --watch"),
        ["history"] = Of(Plain, "orchestrate history --limit 5", "orchestrate history --forecast"),
        ["pr"] = Of(PullRequest, "orchestrate pr", "orchestrate pr run-tasks-3f9a1c/parser"),
        ["pr sync"] = Of(PullRequest, "orchestrate pr sync"),
        ["pick"] = Of([(UseCaseOutcome.WorkFailed, "no result passed its gates")], "orchestrate pick"),
        ["collect"] = Of(Plain, "orchestrate collect", "orchestrate collect --to results"),
        ["worktrees"] = Of(Plain, "orchestrate worktrees"),
        ["sessions"] = Of(Plain, "orchestrate sessions --hours 4"),
        ["sessions show"] = Of(
            [(UseCaseOutcome.WorkFailed, "the conversation's file can't be read")],
            "orchestrate sessions show 1b6e4f --last 5"
        ),
        ["sessions adopt"] = Of(
            Run,
            "orchestrate sessions adopt 1b6e4f",
            "orchestrate sessions adopt 1b6e4f \"Add the tests, too\" --detach"
        ),
        ["sessions resume"] = Of(Carry, "orchestrate sessions resume 1b6e4f --task run-tasks-3f9a1c/parser"),
        ["show"] = Of(Views, "orchestrate show run-tasks-3f9a1c/parser", "orchestrate show run-tasks-3f9a1c --view graph"),
        ["logs"] = Of(Plain, "orchestrate logs run-tasks-3f9a1c/parser --follow"),
        ["events"] = Of(Plain, "orchestrate events --follow"),
        ["diff"] = Of(Plain, "orchestrate diff", "orchestrate diff run-tasks-3f9a1c/parser"),
        ["open"] = Of(Plain, "orchestrate open run-tasks-3f9a1c/parser", "orchestrate open parser --print"),
        ["report"] = Of(
            Plain,
            "orchestrate report",
            "orchestrate report --full --markdown",
            "orchestrate report --html night.html",
            "orchestrate report run-tasks-3f9a1c --escalation"
        ),
        ["prompt"] = Of(Plain, "orchestrate prompt tasks.yaml parser"),
        ["verify"] = Of([(UseCaseOutcome.WorkFailed, "a required gate fails"), .. Question], "orchestrate verify tasks.yaml parser"),
        ["hold"] = Of(
            Plain,
            "orchestrate hold --reason \"the tests on main are red\"",
            "orchestrate hold --all --reason \"maintenance at noon\""
        ),
        ["release"] = Of(Plain, "orchestrate release", "orchestrate release --all"),
        ["cancel"] = Of(Carry, "orchestrate cancel", "orchestrate cancel run-tasks-3f9a1c/parser --dependents"),
        ["abort"] = Of(
            [
                (UseCaseOutcome.Done, "the landed changes have been reverted"),
                (
                    UseCaseOutcome.NeedsPerson,
                    "you did not agree to the revert, or the branch has newer commits, so a user must revert the changes"
                ),
                (UseCaseOutcome.Resumable, "the run is still open, and the command is stored"),
            ],
            "orchestrate abort run-tasks-3f9a1c"
        ),
        ["flaky"] = Of(
            Plain,
            "orchestrate flaky",
            "orchestrate flaky tests/test_net.py::test_timeout --reason \"waits for a real clock\" --days 14",
            "orchestrate flaky tests/test_net.py::test_timeout --release"
        ),
        ["network"] = Of(Plain, "orchestrate network", "orchestrate network run-tasks-3f9a1c/parser --json"),
        ["network allow"] = Of(
            Plain,
            "orchestrate network allow example.com",
            "orchestrate network allow localhost:5432 \"*.example.com\"",
            "orchestrate network allow --from run-tasks-3f9a1c"
        ),
        ["proof"] = Of(Plain, "orchestrate proof src/main.c:42", "orchestrate proof src/main.c:42 --revision release --json"),
        ["watch"] = Of(Plain, "orchestrate watch", "orchestrate watch run-tasks-3f9a1c --once", "orchestrate watch --json"),
        ["watch open"] = Of(Plain, "orchestrate watch open", "orchestrate watch open run-tasks-3f9a1c"),
        ["usage"] = Of(Plain, "orchestrate usage", "orchestrate usage --by model --days 30", "orchestrate usage --watch"),
        ["budget"] = Of(Plain, "orchestrate budget raise run-tasks-3f9a1c 20"),
        ["budget raise"] = Of(
            Carry,
            "orchestrate budget raise run-tasks-3f9a1c 20",
            "orchestrate budget raise run-tasks-3f9a1c/parser \"3M tokens\"",
            "orchestrate budget raise run-tasks-3f9a1c 60 --of day"
        ),
        ["land"] = Of(
            [.. Carry, (UseCaseOutcome.NeedsPerson, "nothing landed, because a gate failed or the target branch needs a user's decision")],
            "orchestrate land run-tasks-3f9a1c",
            "orchestrate land run-tasks-3f9a1c --accept-losses",
            "orchestrate land run-tasks-3f9a1c --target trunk",
            "orchestrate land run-tasks-3f9a1c --merged",
            "orchestrate land run-tasks-3f9a1c/parser --next"
        ),
        ["resolve"] = Of(
            [
                (UseCaseOutcome.Done, "the run accepted the answer, or this process executed the answer and the run succeeded"),
                (
                    UseCaseOutcome.WorkFailed,
                    "the answer can't be executed yet, because a commit or a planner is missing or a gate fails; nothing changed"
                ),
                (UseCaseOutcome.NeedsPerson, "the run is waiting for another answer"),
                (UseCaseOutcome.Resumable, "the answer is stored, or the run was interrupted; 'resume' continues the run"),
            ],
            "orchestrate resolve run-tasks-3f9a1c manual-fix --reason \"the parser is repaired by hand\"",
            "orchestrate resolve run-tasks-3f9a1c manual-fix --task parser",
            "orchestrate resolve run-tasks-3f9a1c replan --reason \"one task for each endpoint\" --detach"
        ),
        ["cleanup"] = Of(
            Plain,
            "orchestrate cleanup --dry-run",
            "orchestrate cleanup --older-than 7d",
            "orchestrate cleanup run-tasks-3f9a1c",
            "orchestrate cleanup --discard run-tasks-3f9a1c"
        ),
        ["stop"] = Of(Plain, "orchestrate stop --all"),
        ["web"] = Of(
            Plain,
            "orchestrate web",
            "orchestrate web --link",
            "orchestrate web --listen 0.0.0.0 --tls-cert cert.pem --tls-key key.pem"
        ),
        ["web token"] = Of(Plain, "orchestrate web token", "orchestrate web token --json"),
        ["web token create"] = Of(
            Plain,
            "orchestrate web token create ci --scope read --expires 30d",
            "orchestrate web token create phone --scope answer"
        ),
        ["web token revoke"] = Of(Plain, "orchestrate web token revoke ci"),
        ["worker"] = Of(Question, "orchestrate worker --address temporal.example.com:7233", "orchestrate worker --take-over 2m"),
        ["worker drain"] = Of(
            [(UseCaseOutcome.WorkFailed, "a run could not be handed over and stays on this machine")],
            "orchestrate worker drain"
        ),
        ["server"] = Of(Plain, "orchestrate server", "orchestrate server --port 7400"),
        ["server start-dev"] = Of(
            Plain,
            "orchestrate server start-dev",
            "orchestrate server start-dev --port 0 --headless --search-attribute Customer=Keyword"
        ),
        ["server backup"] = Of(Plain, "orchestrate server backup engine-copy.db"),
        ["server verify"] = Of([(UseCaseOutcome.WorkFailed, "the file has at least one fault")], "orchestrate server verify"),
        ["service"] = Of(
            [
                (UseCaseOutcome.NeedsPerson, "the repository is not trusted"),
                (UseCaseOutcome.Unavailable, "systemd for users is missing or, with 'status', the service is not running"),
            ],
            "orchestrate service install",
            "orchestrate service status"
        ),
        ["inbox"] = Of(
            [
                (
                    UseCaseOutcome.NeedsPerson,
                    "with --exit-code, something needs attention; with an ID, the entry was not answered at a terminal"
                ),
            ],
            "orchestrate inbox",
            "orchestrate inbox 3f9a",
            "orchestrate inbox 3f9a --snooze 2h"
        ),
        ["schedule"] = Of(Plain, "orchestrate schedule list"),
        ["schedule create"] = Of(
            [(UseCaseOutcome.NeedsPerson, "the repository is not trusted, or uncommitted changes were not approved")],
            "orchestrate schedule create nightly --at 22:00 --days mon-fri --until 07:00 --max-cost 40",
            "orchestrate schedule create weekly tasks.yaml --cron \"0 22 * * 5\" --zone Europe/Berlin --run-if-missed 12h"
        ),
        ["schedule list"] = Of(Plain, "orchestrate schedule list --json"),
        ["schedule pause"] = Of(Plain, "orchestrate schedule pause nightly --reason \"release week\""),
        ["schedule resume"] = Of(Plain, "orchestrate schedule resume nightly"),
        ["schedule run-now"] = Of(Plain, "orchestrate schedule run-now nightly"),
        ["schedule delete"] = Of(Plain, "orchestrate schedule delete nightly"),
        ["completion"] = Of(Plain, [.. CompletionScript.Shells.Select(CompletionScript.InstallInstructions)]),
        ["version"] = Of(Plain, "orchestrate version --json"),
    };

    /// <summary>Returns the help of a command, or null if there is none.</summary>
    /// <param name="path">Words of the command without the program's name, such as <c>tasks add</c>.</param>
    public static CommandHelp? Find(string path) =>
        All.GetValueOrDefault(path)
        ?? (SteeringCatalog.CommandLines.FirstOrDefault(row => row.Name == path) is { } row ? Of(Carry, [.. row.Examples]) : null);

    /// <summary>Examples formatted for the help.</summary>
    public string Text =>
        string.Concat(
            "Examples:\n",
            string.Concat(Examples.Select(example => $"  {example}\n")),
            Codes.Count == 0
                ? ""
                : "\nExit codes (all commands: 0 done, 2 wrong usage, 5 engine, git or agent not available):\n"
                    + string.Concat(Codes.Select(code => $"  {(int)code.Code, -3}  {code.Meaning}\n"))
        );

    private static CommandHelp Of((UseCaseOutcome, string)[] codes, params string[] examples) => new(examples, codes);
}
