using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Plans;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Gates.Tests;

/// <summary>Changed test files, read from a real repository.</summary>
public sealed class TestFilesTests
{
    [Fact]
    public async Task Read_ChangedFiles_AreThoseThatMayHoldTestsInBothForms()
    {
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        await repository.CommitAsync(
            "Base",
            ("tests/test_changed.py", "old\n"),
            ("tests/test_deleted.py", "deleted\n"),
            ("tests/test_binary.py", "text\n"),
            ("src/calc.py", "old\n")
        );
        File.Delete(repository["tests/test_deleted.py"]);

        var read = await ReadAsync(
            repository,
            ("tests/test_changed.py", "new\n"),
            ("tests/test_added.py", "added\n"),
            ("tests/test_binary.py", "\0"),
            ("src/calc.py", "new\n")
        );

        Assert.Equal(
            [
                new("tests/test_added.py", null, "added\n"),
                new("tests/test_binary.py", "text\n", null, true),
                new("tests/test_changed.py", "old\n", "new\n"),
                new("tests/test_deleted.py", "deleted\n", null),
            ],
            read.OrderBy(file => file.Path, StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Read_ChangedData_LeadsToTheTestsThatReadIt()
    {
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        await repository.CommitAsync(
            "Base",
            ("tests/test_z.py", "open('orders.txt')\n"),
            ("tests/test_a.py", "open('orders.txt')\n"),
            ("tests/test_both.py", "open('orders.txt')\n"),
            ("src/calc.py", "open('orders.txt')\n"),
            ("tests/orders.txt", "old\n"),
            ("web/list.test.ts", "toMatchSnapshot()\n"),
            ("web/__snapshots__/list.test.ts.snap", "old\n")
        );

        var read = await ReadAsync(
            repository,
            ("tests/orders.txt", "new\n"),
            ("tests/more.txt", "'test_z'\n"),
            ("tests/test_both.py", "open('more.txt')\n"),
            ("web/__snapshots__/list.test.ts.snap", "new\n")
        );

        Assert.Equal(["tests/test_both.py", "tests/test_a.py", "tests/test_z.py", "web/list.test.ts"], read.Select(file => file.Path));
        Assert.All(read.Skip(1), file => Assert.Equal(file.Before, file.After));
    }

    /// <summary>Snapshot libraries name the file by the test, so that no source mentions it.</summary>
    [Theory]
    [InlineData("src/snapshots/calc__tests__list.snap", "src/lib.rs", "---\nsource: src/lib.rs\nexpression: list()\n---\n")]
    [InlineData("calc/src/snapshots/calc__tests__list.snap", "calc/src/lib.rs", "---\nassertion_line: 3\nsource: calc/src/lib.rs\n---\n")]
    [InlineData("calc/src/snapshots/calc__tests__list.snap", "calc/src/lib.rs", "---\nsource: src/lib.rs\n---\n")]
    [InlineData("web/__snapshots__/list.test.ts.snap", "web/list.test.ts", "")]
    [InlineData("tests/__snapshots__/test_list.ambr", "tests/test_list.py", "")]
    [InlineData("Calc.Tests/ListTests.Lists.verified.txt", "Calc.Tests/ListTests.cs", "")]
    [InlineData("Calc.Tests/ListTests.Lists.approved.json", "Calc.Tests/ListTests.cs", "")]
    [InlineData("list/testdata/TestList.golden", "list/list_test.go", "")]
    public async Task Read_ChangedSnapshot_LeadsToItsTest(string snapshot, string test, string head)
    {
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        await repository.CommitAsync("Base", (test, "testdata\n"), (snapshot, head + "old\n"), ("other/list_test.go", "testdata\n"));

        var read = await ReadAsync(repository, (snapshot, head + "new\n"));

        Assert.Equal([test], read.Select(file => file.Path));
        Assert.True(Ecosystems.BelongsToTests(snapshot), snapshot);
    }

    [Fact]
    public async Task Meaning_ScriptThatAGatesScriptCalls_Decides()
    {
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        await repository.CommitAsync("Base", ("run.sh", "sh tests.sh\n"), ("tests.sh", "true\n"));
        var from = await repository.CommitAsync("Script", ("run.sh", "sh tests.sh\n"));
        var opened = await GitRepository.OpenAsync(await GitProgram.FindAsync(), repository.Path);
        var to = await repository.CommitAsync("Work", ("tests.sh", "exit 0\n"));
        var changed = await new GitDiffReader(opened).BetweenAsync(from, to, CancellationToken.None);

        var meaning = await GateInputFiles.ReadAsync(opened, from, to, [new Gate("sh run.sh")], changed, CancellationToken.None);
        var none = await GateInputFiles.ReadAsync(opened, from, to, [], changed, CancellationToken.None);

        Assert.Equal("which the gate 'sh run.sh' calls", meaning.Decides(Assert.Single(changed)));
        Assert.True(meaning.IsPartOfGate(changed[0]));
        Assert.Null(none.Decides(changed[0]));
    }

    private static async Task<IReadOnlyList<ChangedTestFile>> ReadAsync(
        TemporaryRepository repository,
        params (string File, string Content)[] work
    )
    {
        var from = await repository.GitAsync("rev-parse", "HEAD");
        var to = await repository.CommitAsync("Work", work);
        var opened = await GitRepository.OpenAsync(await GitProgram.FindAsync(), repository.Path);
        var changed = await new GitDiffReader(opened).BetweenAsync(from, to, CancellationToken.None);
        return await TestFiles.ReadAsync(opened, from, to, changed, CancellationToken.None);
    }
}
