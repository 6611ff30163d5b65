using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Contracts of a plan in a run.</summary>
public sealed class ContractStepsTests
{
    private const string StubFile = "contracts/store.py";

    private static readonly InterfaceContractDefinition Store = new()
    {
        Name = "Store",
        FilePath = StubFile,
        Methods = ["get(key: str) -> str"],
        Consumers = ["user"],
    };

    private static readonly string Version = InterfaceContractStub.Of(Store)!.Version;

    [Fact]
    public async Task Preflight_Contracts_AreStagingsFirstCommitAndNeverTwice()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await BeginAsync(repository, Store);
        var first = await repository.GitAsync("rev-parse", run.StagingBranch);

        await run.DoAsync("user", "user.py", "x\n");
        await run.PreflightAgainAsync();

        Assert.Empty(run.Preflight.Errors);
        Assert.Equal(run.Preflight.BaseCommit, await repository.GitAsync("rev-parse", first + "^"));
        Assert.Equal(StubFile, await repository.GitAsync("diff", "--name-only", first + "^", first));
        Assert.Equal(InterfaceContractStub.Of(Store)!.Content.TrimEnd(), await run.ShowAsync(first, StubFile));
        Assert.Contains($"Orchestrator-Run: {RunFixture.RunId}", await repository.GitAsync("log", "-1", "--format=%B", first));
        Assert.Equal(
            "2",
            await repository.GitAsync("rev-list", "--count", "--first-parent", $"{run.Preflight.BaseCommit}..{run.StagingBranch}")
        );
        Assert.Equal("", await repository.GitAsync("status", "--porcelain", "--untracked-files=no"));
    }

    [Fact]
    public async Task Preflight_KilledBeforeTheRefsMoved_BeginsWithTheSameCommit()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await BeginAsync(repository, Store);
        var first = await repository.GitAsync("rev-parse", run.StagingBranch);
        await repository.GitAsync("update-ref", "-d", $"refs/heads/{run.StagingBranch}");
        await repository.GitAsync("update-ref", "-d", $"refs/orchestrator/base/{RunFixture.RunId}");
        File.Delete(run.Folder.Contracts);

        await run.PreflightAgainAsync();

        Assert.Equal(first, await repository.GitAsync("rev-parse", run.StagingBranch));
        Assert.True(File.Exists(run.Folder.Contracts));
    }

    [Fact]
    public async Task Preflight_FileOfAPersonInTheWay_StopsTheRunBeforeAnythingIsMade()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("mine", (StubFile, "precious\n"));
        using var run = await BeginAsync(repository, Store);

        Assert.Contains(
            run.Preflight.Errors,
            e => e.Contains(StubFile, StringComparison.Ordinal) && e.Contains("not overwritten", StringComparison.Ordinal)
        );
        Assert.Equal("", await repository.GitAsync("for-each-ref", "refs/heads/orchestrator", "refs/orchestrator"));
    }

    [Fact]
    public async Task Preflight_FileWhereTheFolderWouldBe_StopsTheRun()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("mine", ("contracts", "a file\n"));
        using var run = await BeginAsync(repository, Store);

        Assert.Contains(run.Preflight.Errors, e => e.Contains("'contracts' is in the way", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Preflight_FileThatNobodyCommitted_StopsTheRunThatCouldNotLandOverIt()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        repository.Write(StubFile, InterfaceContractStub.Of(Store)!.Content);
        using var run = await BeginAsync(repository, Store);

        Assert.Contains("not committed", Assert.Single(run.Preflight.Errors), StringComparison.Ordinal);
        Assert.Equal("", await repository.GitAsync("for-each-ref", "refs/heads/orchestrator", "refs/orchestrator"));
    }

    [Fact]
    public async Task Prompt_Consumer_IsToldVersionAndFileAndFindsTheStub()
    {
        using var run = await BeginAsync(null, Store);

        var prepared = await run.PrepareAsync("user");

        Assert.Contains($"## Store (version {Version}) in `{StubFile}`", run.PromptOf("user"), StringComparison.Ordinal);
        Assert.Contains($"- Store in `{StubFile}`", run.PromptOf("maker"), StringComparison.Ordinal);
        Assert.DoesNotContain(Version, run.PromptOf("maker"), StringComparison.Ordinal);
        Assert.Equal(
            InterfaceContractStub.Of(Store)!.Content,
            await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, prepared.Worktree, StubFile))
        );
    }

    [Fact]
    public async Task Verify_OwnerOfEverythingChangesTheStub_IsSentBack()
    {
        using var run = await BeginAsync(null, Store);
        var prepared = await run.PrepareAsync("maker");
        run.Write(prepared, "maker.py", "x = 1\n");
        run.Write(prepared, StubFile, "class Store: pass\n");

        var work = await run.VerifyAsync("maker", prepared);

        var problem = Assert.Single(work.Problems);
        Assert.Contains($"the contract Store (version {Version}), which only the orchestrator may change", problem);
        Assert.Equal("", work.Commit);
    }

    [Fact]
    public async Task Verify_ImplementationBreaksTheContract_IsSentBackAndTheRepairPasses()
    {
        using var run = await BeginAsync(null, Store);
        var prepared = await run.PrepareAsync("maker");
        run.Write(prepared, "maker.py", "class Memory(Store):\n    def get(self): ...\n");

        var broken = await run.VerifyAsync("maker", prepared);
        run.Write(prepared, "maker.py", "class Memory(Store):\n    def get(self, key): ...\n");
        var repaired = await run.VerifyAsync("maker", prepared, attempt: 2, start: 2);

        Assert.Contains(
            "get can't be called with the contract's signature: get(key: str) -> str",
            Assert.Single(broken.Problems),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "get(key: str)",
            await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, broken.ProblemsFile)),
            StringComparison.Ordinal
        );
        Assert.Empty(repaired.Problems);
        Assert.True((await run.MergeAsync("maker", repaired.Commit, 2)).Merged);
    }

    [Fact]
    public async Task Verify_TaskWithGatesOfItsOwn_StillPassesThoseThatCheckTypes()
    {
        var start = RunFixture.Start() with
        {
            Found = new DetectedProjectSettings { Gates = [new Gate("test ! -e wrong.type", GateType.TypeCheck)] },
        };
        using var run = await BeginAsync(null, start, RunFixture.RunId, Store);
        var prepared = await run.PrepareAsync("user");
        run.Write(prepared, "user.py", "x\n");
        run.Write(prepared, "wrong.type", "x\n");

        var work = await run.VerifyAsync("user", prepared);

        Assert.StartsWith(
            "Gate failed: test ! -e wrong.type. See .orchestrator/runs/",
            Assert.Single(work.Problems),
            StringComparison.Ordinal
        );
        Assert.Equal("1/2", GateVerdictFormatter.Count(work.Gates));
    }

    [Fact]
    public async Task NextRun_ContractChanged_ConsumersWorkAgainOthersAreTakenUpAndVerified()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var first = await BeginAsync(repository, RunFixture.Start(), "run-test-000001", Store);
        await first.DoAsync("user", "user.py", "x\n");
        await first.DoAsync("free", "free.py", "class Memory(Store):\n    def get(self, key): ...\n");
        var changed = Store with { Methods = ["get(key: str, deep: bool) -> str"] };

        using var second = await BeginAsync(repository, RunFixture.Start(), "run-test-000002", changed);
        var user = await second.PrepareAsync("user");
        var free = await second.PrepareAsync("free");
        var judged = await second.VerifyAsync("free", free, start: 0);

        Assert.Contains(
            second.Preflight.Warnings,
            w => w.Contains($"no longer at version {Version}, which user used in run-test-000001", StringComparison.Ordinal)
        );
        Assert.Equal("", user.ReusedCommit);
        Assert.NotEqual("", free.ReusedCommit);
        Assert.Contains("get can't be called with the contract's signature", Assert.Single(judged.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NextRun_ContractChangedTooOften_NeedsAPerson()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        for (var change = 0; change <= InterfaceContractStub.MaxRenegotiations + 1; change++)
        {
            using var run = await BeginAsync(
                repository,
                RunFixture.Start(),
                $"run-test-00000{change}",
                Store with
                {
                    Methods = [$"get(key{change}: str) -> str"],
                }
            );
            await run.PrepareAsync("user");

            if (change <= InterfaceContractStub.MaxRenegotiations)
            {
                Assert.Empty(run.Preflight.Confirmations);
            }
            else
            {
                Assert.Contains("has changed 3 times", Assert.Single(run.Preflight.Confirmations), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task NextRun_ContractLandedMeanwhile_IsThereAlreadyAndGivesNoCommit()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using (var first = await BeginAsync(repository, RunFixture.Start(), "run-test-000001", Store))
        {
            await first.DoAsync("user", "user.py", "x\n");
            Assert.True((await first.LandAsync()).Landed);
        }

        using var second = await BeginAsync(repository, RunFixture.Start(), "run-test-000002", Store);

        Assert.Equal(second.Preflight.BaseCommit, await repository.GitAsync("rev-parse", second.StagingBranch));
        Assert.Contains(Version, second.PromptOf("user"), StringComparison.Ordinal);
    }

    private static Task<RunFixture> BeginAsync(TemporaryRepository? repository, InterfaceContractDefinition contract) =>
        BeginAsync(repository, RunFixture.Start(), RunFixture.RunId, contract);

    private static Task<RunFixture> BeginAsync(
        TemporaryRepository? repository,
        RunStartSettings start,
        string runId,
        InterfaceContractDefinition contract
    ) =>
        RunFixture.BeginAsync(
            repository,
            start,
            runId,
            [contract],
            Task("maker") with
            {
                FilesWrite = null,
                Verification = [new Gate("true")],
            },
            Task("user", "user.py", "wrong.type") with
            {
                FilesRead = [],
                Verification = [new Gate("test -e user.py")],
            },
            Task("free", "free.py") with
            {
                FilesRead = [],
                Verification = [new Gate("true")],
            }
        );
}
