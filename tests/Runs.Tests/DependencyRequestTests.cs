using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Merging.Installing;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.Runs.Tasks.Requests;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A package that an agent asks for: judged, installed on staging by the package manager, merged, in its worktree.</summary>
public sealed partial class DependencyRequestTests
{
    /// <summary>A package manager that offers left-pad and right-pad and records its arguments.</summary>
    private const string Npm = """
        echo "$*" >> "$HOME/npm.log"
        for last; do :; done
        if [ -f "$HOME/kill-$1" ]; then echo half > package.json; rm "$HOME/kill-$1"; kill -KILL $$; fi
        case "$1" in
          view)
            case "$3" in
              left-pad*|right-pad*) echo '"1.3.0"' ;;
              lost*) echo 'npm error code ENOTFOUND' >&2; seq 1000 >&2; echo 'npm error not found' >&2; exit 1 ;;
              *) echo 'npm error code E404' >&2; exit 1 ;;
            esac ;;
          install)
            name=${last%%@*}
            if [ -f "$HOME/half" ]; then echo half > package.json; mv "$HOME/half" "$HOME/begun"; sleep 600; fi
            case "$*" in *--save-dev*) section=devDependencies ;; *) section=dependencies ;; esac
            sed -i "s/\"$section\": {/\"$section\": {\"$name\": \"${last#*@}\",/; s/,}/}/" package.json
            echo "{\"name\": \"$(basename "$PWD")\", \"lock\": \"$(grep -o pad package.json | wc -l) $last\"}" > package-lock.json
            mkdir -p node_modules && echo x > node_modules/x ;;
        esac
        """;

    [Fact]
    public async Task Request_OfAnAllowedPackage_IsOnStagingAndInTheWorktreeWithTheWorkSoFar()
    {
        using var run = await BeginAsync(allow: ["npm:*"]);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "half of it\n");
        Claim(run, "a", "left-pad@^1.3");

        var verdict = await JudgeAsync(run, "a");
        Assert.Equal(AgentRequestNextStepKinds.Install, verdict.Step);
        var made = await InstallAsync(run, "a");
        var merged = await MergeAsync(run, "a", made.Commit);
        Assert.True(merged.Merged, merged.Message);
        var concluded = await ConcludeAsync(run, "a", prepared);
        prepared = await TakeInAsync(run, "a", concluded.Commit);

        Assert.Contains("\"left-pad\": \"^1.3\"", await run.ShowAsync(run.StagingBranch, "package.json"), StringComparison.Ordinal);
        var locked = await run.ShowAsync(run.StagingBranch, "package-lock.json");
        Assert.Contains("left-pad@^1.3", locked, StringComparison.Ordinal);
        Assert.Contains($"\"name\": \"{Path.GetFileName(run.Repository.Path)}\"", locked, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "node_modules",
            await run.Repository.GitAsync("ls-tree", "-r", "--name-only", run.StagingBranch),
            StringComparison.Ordinal
        );
        Assert.Contains("left-pad", File.ReadAllText(InWorktree(run, prepared, "package.json")), StringComparison.Ordinal);
        Assert.Equal("half of it\n", File.ReadAllText(InWorktree(run, prepared, "a.txt")));
        Assert.Contains("left-pad@^1.3", concluded.Text, StringComparison.Ordinal);
        Assert.Contains("left-pad", Assert.Single(Mail(run, "b")).Text, StringComparison.Ordinal);

        // The installed files are not part of the task's work, and the task continues to its end.
        run.Write(prepared, "a.txt", "all of it\n");
        var work = await run.VerifyAsync("a", prepared, attempt: 2);
        Assert.Empty(work.Problems);
        Assert.True((await run.MergeAsync("a", work.Commit, attempt: 2)).Merged);
        Assert.Equal("all of it", await run.ShowAsync(run.StagingBranch, "a.txt"));
        var landed = await run.LandAsync();
        Assert.True(landed.Landed, landed.Message);
    }

    /// <summary>Killed between any two steps, each is done again and finds what is there.</summary>
    [Fact]
    public async Task Request_EachStepDoneTwice_InstallsOnceAndTellsOnce()
    {
        using var run = await BeginAsync(allow: ["*"]);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "half of it\n");
        Claim(run, "a", "left-pad@^1.3");

        Assert.Equivalent(await JudgeAsync(run, "a"), await JudgeAsync(run, "a"));
        var made = await InstallAsync(run, "a");
        Assert.Equal(made, await InstallAsync(run, "a"));
        var merged = await MergeAsync(run, "a", made.Commit, isTold: false);
        Assert.Equal(merged.Commit, (await MergeAsync(run, "a", made.Commit)).Commit);
        var concluded = await ConcludeAsync(run, "a", prepared);
        Assert.Equal(concluded, await ConcludeAsync(run, "a", prepared));
        prepared = await TakeInAsync(run, "a", concluded.Commit);
        Assert.Equal(prepared, await TakeInAsync(run, "a", concluded.Commit));

        Assert.Equal("half of it\n", File.ReadAllText(InWorktree(run, prepared, "a.txt")));
        Assert.Single(Mail(run, "b"));
        Assert.Equal("1", await run.Repository.GitAsync("rev-list", "--count", "--merges", run.StagingBranch));
    }

    /// <summary>A user says yes to what they were shown: what an agent writes into the register meanwhile is not installed.</summary>
    [Fact]
    public async Task Register_IsRewrittenBetweenQuestionAndAnswer_WhatWasShownIsInstalled()
    {
        using var run = await BeginAsync(allow: [], ask: ["*"]);
        await run.PrepareAsync("a");
        Claim(run, "a", "left-pad@^1.3");
        var asked = await JudgeAsync(run, "a");
        var register = Path.Combine(run.Folder.Path, "dependencies.json");
        var rewritten = (await File.ReadAllTextAsync(register)).Replace("left-pad", "evil", StringComparison.Ordinal);
        Assert.Contains("evil", rewritten, StringComparison.Ordinal);
        await File.WriteAllTextAsync(register, rewritten);

        var yes = await JudgeAsync(run, "a", new AgentRequestApprovalDecision(new ApprovedByUserReason(DecidingUser.Of("kim@laptop"))));
        var made = await InstallAsync(run, "a");

        Assert.Contains("left-pad", asked.Text, StringComparison.Ordinal);
        Assert.Contains("left-pad", yes.Note, StringComparison.Ordinal);
        var manifest = await run.ShowAsync(made.Commit, "package.json");
        Assert.Contains("left-pad", manifest, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", manifest, StringComparison.Ordinal);
    }

    /// <summary>Leftovers of a killed package manager are never used.</summary>
    [Fact]
    public async Task Install_KilledInTheMiddle_IsDoneOnceMoreFromTheBeginning()
    {
        using var run = await BeginAsync(allow: ["*"]);
        Claim(run, "a", "left-pad@^1.3");
        await JudgeAsync(run, "a");
        File.WriteAllText(Path.Combine(run.Repository.Beside("home"), "half"), "");
        using var kill = new CancellationTokenSource();

        var killed = InstallAsync(run, "a", stop: kill.Token);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(run.Repository.Beside("home"), "begun")));
        await kill.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => killed);
        var made = await InstallAsync(run, "a");

        Assert.True((await MergeAsync(run, "a", made.Commit)).Merged);
        var manifest = await run.ShowAsync(run.StagingBranch, "package.json");
        Assert.Contains("left-pad", manifest, StringComparison.Ordinal);
        Assert.DoesNotContain("half", manifest, StringComparison.Ordinal);
    }

    /// <summary>Another process or the out-of-memory killer ends the installation, which is not an answer for the agent.</summary>
    [Theory]
    [InlineData("view", 1)]
    [InlineData("install", 1)]
    [InlineData("install", 2)]
    public async Task Request_PackageManagerIsKilled_IsTriedOnceMoreOnFreshFiles(string call, int times)
    {
        using var run = await BeginAsync(allow: ["*"]);
        var kill = Path.Combine(run.Repository.Beside("home"), $"kill-{call}");
        File.WriteAllText(kill, "");
        run.AddProgram("npm", times == 1 ? Npm : Npm.Replace("rm \"$HOME/kill-$1\";", "", StringComparison.Ordinal));
        Claim(run, "a", "left-pad@^1.3");

        var verdict = await JudgeAsync(run, "a");
        var made = await InstallAsync(run, "a");

        Assert.Equal(AgentRequestNextStepKinds.Install, verdict.Step);
        if (times == 2)
        {
            Assert.Contains("left-pad@^1.3 can't be installed (exit code 137).", made.Problem, StringComparison.Ordinal);
            return;
        }
        Assert.True((await MergeAsync(run, "a", made.Commit)).Merged);
        Assert.Contains("\"is-odd\"", await run.ShowAsync(run.StagingBranch, "package.json"), StringComparison.Ordinal);
        Assert.Contains("left-pad", await run.ShowAsync(run.StagingBranch, "package.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("; rm -rf /", "is not a valid package name for npm, so nothing was installed")]
    [InlineData("--registry=http://evil", "is not a valid package name for npm")]
    [InlineData("left-pad@file:../../etc", "is not a valid package name for npm")]
    [InlineData("git+https://evil/x.git", "is not a valid package name for npm")]
    [InlineData("left-pad@^1 --unsafe-perm=$(id)", "is not a valid package name for npm")]
    [InlineData("", "is not a valid package name for npm")]
    [InlineData("a database\nand more", "is not a valid package name for npm")]
    [InlineData("evil-pad", "dependencies.deny has 'evil-*'")]
    [InlineData("no-such-pad", "no-such-pad does not exist (npm). npm says: npm error code E404")]
    [InlineData("lost-pad@1", "npm can't be reached")]
    [InlineData("pypi:pandas", "No manifest on staging lists packages of pypi")]
    [InlineData("is-odd@^4", "is-odd@^4 contradicts package.json on staging, which requires ^3.0.1")]
    public async Task Request_ThatCanNotBe_IsAnsweredWithTheReasonAndNothingIsInstalled(string needs, string reason)
    {
        using var run = await BeginAsync(allow: ["*"], deny: ["evil-*"]);
        await run.PrepareAsync("a");
        Claim(run, "a", needs);

        var verdict = await JudgeAsync(run, "a");

        Assert.Equal(AgentRequestNextStepKinds.Answer, verdict.Step);
        Assert.Contains(reason, verdict.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("rm -rf", Calls(run), StringComparison.Ordinal);
        Assert.DoesNotContain("install", Calls(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_PolicyNamesNobody_IsAskedAndDoneAsThePersonSays()
    {
        using var run = await BeginAsync(allow: ["*"], ask: ["left-*"]);
        await run.PrepareAsync("a");
        Claim(run, "a", "left-pad>=1.3");

        var asked = await JudgeAsync(run, "a");
        var yes = await JudgeAsync(run, "a", new AgentRequestApprovalDecision(new ApprovedByUserReason(DecidingUser.Of("kim@laptop"))));
        var no = await JudgeAsync(run, "a", new AgentRequestApprovalDecision(new ApprovalTimedOutReason()));

        Assert.Equal((AgentRequestNextStepKinds.Ask, ApprovalKinds.Dependency), (asked.Step, asked.Asks));
        Assert.Contains("May a use left-pad>=1.3 (npm, package.json)?", asked.Text, StringComparison.Ordinal);
        Assert.Equal((AgentRequestNextStepKinds.Install, "its agent may use left-pad>=1.3: approved by kim@laptop"), (yes.Step, yes.Note));
        Assert.Equal(AgentRequestNextStepKinds.Answer, no.Step);
        Assert.Contains("left-pad>=1.3: it was not approved in time.", no.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_BesideOnesThatAnEarlierProgramNoted_IsJudged()
    {
        using var run = await BeginAsync(allow: ["*"], ask: ["left-*"]);
        await run.PrepareAsync("a");
        await File.WriteAllTextAsync(
            Path.Combine(run.Folder.Path, "dependencies.json"),
            """[{"Task":"a","Start":1,"Ecosystem":"npm","Manifest":"package.json","Name":"left-pad","Version":">=1.3","State":"refused"}]"""
        );
        Claim(run, "a", "left-pad>=1.3", start: 2);

        Assert.Equal(AgentRequestNextStepKinds.Ask, (await JudgeAsync(run, "a", start: 2)).Step);
    }

    [Fact]
    public async Task Request_AskedForAgainAfterANo_IsRefusedWithoutAskingAgain()
    {
        using var run = await BeginAsync(allow: ["*"], ask: ["left-*"]);
        await run.PrepareAsync("a");
        Claim(run, "a", "left-pad>=1.3");
        await JudgeAsync(run, "a");
        await JudgeAsync(
            run,
            "a",
            new AgentRequestApprovalDecision(new ApprovalDeniedByUserReason(DecidingUser.Of("kim@laptop", "write it yourself")))
        );
        Claim(run, "a", "left-pad>=1.3", start: 2);
        Claim(run, "a", "left-pad>=1.2", start: 3);

        var again = await JudgeAsync(run, "a", start: 2);
        var other = await JudgeAsync(run, "a", start: 3);

        Assert.Equal((AgentRequestNextStepKinds.Answer, AgentRequestNextStepKinds.Ask), (again.Step, other.Step));
        Assert.Contains("rejected by kim@laptop: write it yourself. You requested it before", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ContradictsWhatAnotherTaskHasAskedFor_IsRefusedUntilThatOneIs()
    {
        using var run = await BeginAsync();
        Claim(run, "a", "left-pad@^1.3");
        Claim(run, "b", "left-pad@^2.0");
        await JudgeAsync(run, "a");

        var refused = await JudgeAsync(run, "b");
        await JudgeAsync(run, "a", new AgentRequestApprovalDecision(new ApprovalDeniedByUserReason(DecidingUser.Of("kim"))));
        var asked = await JudgeAsync(run, "b");

        Assert.Contains("left-pad@^2.0 is incompatible with left-pad@^1.3, which a requested.", refused.Text, StringComparison.Ordinal);
        Assert.Equal(AgentRequestNextStepKinds.Ask, asked.Step);
    }

    /// <summary>Two lock files that git could merge are none that a package manager has made.</summary>
    [Fact]
    public async Task Install_AnotherTaskHasInstalledMeanwhile_IsDoneOnceMoreOnThat()
    {
        using var run = await BeginAsync(allow: ["*"]);
        Claim(run, "a", "left-pad@^1.3");
        Claim(run, "b", "right-pad@^1.0");
        await JudgeAsync(run, "a");
        await JudgeAsync(run, "b");
        var (a, b) = (await InstallAsync(run, "a"), await InstallAsync(run, "b"));
        Assert.True((await MergeAsync(run, "a", a.Commit)).Merged);

        var late = await MergeAsync(run, "b", b.Commit);
        Assert.Equal((false, FailureClass.Transient), (late.Merged, late.FailureClass));
        Assert.True((await MergeAsync(run, "b", (await InstallAsync(run, "b", round: 2)).Commit)).Merged);

        var manifest = await run.ShowAsync(run.StagingBranch, "package.json");
        Assert.Contains("left-pad", manifest, StringComparison.Ordinal);
        Assert.Contains("right-pad", manifest, StringComparison.Ordinal);
        Assert.Contains("\"2 right-pad@^1.0\"", await run.ShowAsync(run.StagingBranch, "package-lock.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_ProjectsGateFailsWithIt_IsNotMergedAndTheAgentIsTold()
    {
        using var run = await BeginAsync(allow: ["*"], gate: "! grep -q left-pad package.json || { echo too old; false; }");
        var prepared = await run.PrepareAsync("a");
        Claim(run, "a", "left-pad@^1.3");
        await JudgeAsync(run, "a");
        var before = await run.Repository.GitAsync("rev-parse", run.StagingBranch);

        var merged = await MergeAsync(run, "a", (await InstallAsync(run, "a")).Commit);
        var concluded = await ConcludeAsync(run, "a", prepared, merged.Message);

        Assert.Contains("too old", merged.Message, StringComparison.Ordinal);
        Assert.Equal(before, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
        Assert.Contains("left-pad@^1.3 could not be installed.", concluded.Text, StringComparison.Ordinal);
        Assert.Equal("", concluded.Commit);
        Assert.Empty(Mail(run, "b"));
    }

    [Fact]
    public async Task Request_NothingSaysWhichPackagesThereAre_IsForAPerson()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a"));
        Claim(run, "a", "pandas>=2.0");

        Assert.Equal(AgentRequestNextStepKinds.Person, (await JudgeAsync(run, "a")).Step);
    }

    [Fact]
    public async Task Request_SeveralManifests_AsksWhichAndTakesTheEcosystemOrTheFolder()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("package.json", "{}\n"), ("requirements.txt", "numpy==1.26\n"), ("web/package.json", "{}\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a"));
        run.AddProgram("npm", Npm);

        Claim(run, "a", "left-pad");
        var which = await JudgeAsync(run, "a");
        Claim(run, "a", "npm:left-pad");
        var root = await JudgeAsync(run, "a");
        Claim(run, "a", "left-pad", folder: "web/");
        var web = await JudgeAsync(run, "a");

        Assert.Contains("Several manifests list packages: package.json, requirements.txt.", which.Text, StringComparison.Ordinal);
        Assert.Contains("(npm, package.json)", root.Text, StringComparison.Ordinal);
        Assert.Contains("(npm, web/package.json)", web.Text, StringComparison.Ordinal);
    }

    private static async Task<RunFixture> BeginAsync(
        string[]? allow = null,
        string[]? ask = null,
        string[]? deny = null,
        string gate = "true"
    )
    {
        var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync(
            "base",
            ("package.json", "{\"dependencies\": {\"is-odd\": \"^3.0.1\"}, \"devDependencies\": {}}\n"),
            ("package-lock.json", "{}\n"),
            (".gitignore", "node_modules/\n")
        );
        var run = await RunFixture.BeginAsync(
            repository,
            RunFixture
                .Start(new Gate(gate))
                .With(s =>
                    s with
                    {
                        Dependencies = new PackagePermissionSettings(allow ?? [], ask ?? [], deny ?? []),
                        Worktrees = s.Worktrees with { Setup = [] },
                    }
                ),
            Task("a"),
            Task("b")
        );
        Directory.CreateDirectory(run.Repository.Beside("home"));
        run.AddProgram("npm", Npm);
        return run;
    }

    private static PlanTask Task(string id) => new() { Id = id, FilesWrite = [$"{id}.txt"] };

    private static void Claim(RunFixture run, string task, string needs, string folder = "", int start = 1, bool dev = false)
    {
        new AgentOutcomeClaim
        {
            Task = task,
            Status = "blocked",
            Needs = [needs],
            In = folder,
            IsForDevelopment = dev,
        }.Write(Directory.CreateDirectory(run.Folder.Start(task, start)).FullName);
    }

    private static async Task<AgentRequestEvaluationResult> JudgeAsync(
        RunFixture run,
        string task,
        AgentRequestApprovalDecision? decision = null,
        int start = 1
    )
    {
        var verdict = await new AgentRequestJudge(run.Services, []).JudgeAsync(
            new EvaluateAgentRequestInput
            {
                Task = run.Task(task) with { StagingTip = run.Preflight.StagingTip },
                Start = start,
                Decision = decision,
                Packages = decision is null ? [] : run.Packages[task],
                SaidHash = run.SaidBy(task, start),
            },
            CancellationToken.None
        );
        run.Packages[task] = verdict.Packages ?? run.Packages.GetValueOrDefault(task) ?? [];
        return verdict;
    }

    private static Task<PackageInstallationResult> InstallAsync(
        RunFixture run,
        string task,
        int round = 1,
        CancellationToken stop = default
    ) =>
        new RequestedPackageInstaller(run.Services).InstallAsync(
            new InstallPackagesInput
            {
                Task = run.Task(task) with { StagingTip = run.Preflight.StagingTip },
                Start = 1,
                Round = round,
                Packages = run.Packages[task],
            },
            stop
        );

    private static async Task<MergeResult> MergeAsync(RunFixture run, string task, string commit, bool isTold = true)
    {
        var before = run.StagingTip;
        var merged = await run.MergeAsync(new TaskMergeRequest(task, commit, 1) { Installs = true });
        run.StagingTip = isTold ? run.StagingTip : before;
        return merged;
    }

    private static Task<AgentRequestAnswer> ConcludeAsync(RunFixture run, string task, PreparedTask prepared, string problem = "") =>
        new RequestedPackageInstaller(run.Services).ConcludeAsync(
            new ConcludeAgentRequestInput
            {
                Task = run.Task(task) with { StagingTip = run.Preflight.StagingTip },
                Prepared = prepared,
                Attempt = 1,
                Start = 1,
                Problem = problem,
                Packages = run.Packages.GetValueOrDefault(task) ?? [],
            },
            CancellationToken.None
        );

    private static Task<PreparedTask> TakeInAsync(RunFixture run, string task, string commit) =>
        new Runs.Tasks.TaskBranchAndWorktreePreparer(run.Services).PrepareAsync(
            new PrepareTaskInput
            {
                Task = run.Task(task) with { StagingTip = run.Preflight.StagingTip },
                Attempt = 2,
                WithStaging = true,
                Commit = commit,
            },
            CancellationToken.None
        );

    private static string InWorktree(RunFixture run, PreparedTask prepared, string file) =>
        Path.Combine(run.Repository.Path, prepared.Worktree, file);

    private static string Calls(RunFixture run) =>
        File.Exists(Path.Combine(run.Repository.Beside("home"), "npm.log"))
            ? File.ReadAllText(Path.Combine(run.Repository.Beside("home"), "npm.log"))
            : "";

    private static IReadOnlyList<AgentMailMessage> Mail(RunFixture run, string task) =>
        new Mailbox(run.Folder, TimeProvider.System).Read(task, 0).Messages;
}
