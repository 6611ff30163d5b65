using Orchestrator.Git;
using Orchestrator.Git.Commits;
using Orchestrator.Runs.Instructions;
using Orchestrator.Settings;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Instruction files of a commit: links, imports and sizes have limits, and nothing leads out of the repository.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RepositoryInstructionReaderTests
{
    private static readonly AgentInstructionFileSelectionRule Claude = new(["CLAUDE.md", "AGENTS.md"], []);

    [Fact]
    public async Task Read_ImportsOfEachOther_ComeOnceAndInOrder()
    {
        var read = await ReadAsync(
            Claude,
            ("CLAUDE.md", "First. See @docs/a.md, @package.json and @alice. `@docs/code.md`\n```\n@docs/code.md\n```\n"),
            ("docs/a.md", "Second. @b.md @../CLAUDE.md\n"),
            ("docs/b.md", "Third. @a.md @missing.md @/etc/passwd @~/secret @../../../outside.md\n"),
            ("docs/code.md", "Not imported.\n"),
            ("package.json", "{}\n")
        );

        Assert.Equal(
            """
            ## CLAUDE.md

            First. See docs/a.md, package.json and @alice. `@docs/code.md`
            ```
            @docs/code.md
            ```

            ## docs/a.md (imported by CLAUDE.md)

            Second. b.md ../CLAUDE.md

            ## docs/b.md (imported by docs/a.md)

            Third. a.md @missing.md /etc/passwd ~/secret ../../../outside.md

            ## package.json (imported by CLAUDE.md)

            {}
            """,
            read.General
        );
    }

    [Fact]
    public async Task Read_ChainOfImports_EndsAtTheFifth()
    {
        var read = await ReadAsync(
            Claude,
            [("CLAUDE.md", "Begin @1.md\n"), .. Enumerable.Range(1, 8).Select(i => ($"{i}.md", $"Number {i}. @{i + 1}.md\n"))]
        );

        Assert.Contains("Number 5.", read.General, StringComparison.Ordinal);
        Assert.DoesNotContain("Number 6.", read.General, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("../outside.md")]
    [InlineData("CLAUDE.md")]
    [InlineData("missing.md")]
    public async Task Read_LinkThatLeadsNowhereInside_IsNoInstruction(string target)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        File.WriteAllText(repository.Beside("outside.md"), "Outside.\n");
        File.CreateSymbolicLink(repository["CLAUDE.md"], target);
        var commit = await repository.CommitAsync("link", ("AGENTS.md", "Inside.\n"));

        var read = await ReadAsync(repository, commit, Claude, []);

        Assert.Equal("## AGENTS.md\n\nInside.", read.General);
    }

    [Fact]
    public async Task Read_LinkThroughLinkedFolders_IsFollowedInside()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        Directory.CreateDirectory(repository["docs"]);
        File.CreateSymbolicLink(repository["CLAUDE.md"], "guides/house.md");
        Directory.CreateSymbolicLink(repository["guides"], "docs/guides");
        var commit = await repository.CommitAsync("links", ("docs/guides/house.md", "Inside.\n"));

        Assert.Equal("## CLAUDE.md\n\nInside.", (await ReadAsync(repository, commit, Claude, [])).General);
    }

    [Fact]
    public async Task Read_MoreThanTheLimit_IsCutAndNamed()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var commit = await repository.CommitAsync(
            "large",
            ("CLAUDE.md", $"{new string('a', 2000)} @b.md\n"),
            ("b.md", "Further.\n"),
            (".claude/rules/c.md", "And more.\n")
        );

        var read = await ReadAsync(repository, commit, Claude, [], limit: 1000);

        Assert.InRange(read.General.Length, 1000, 1400);
        Assert.EndsWith("read them before you begin: CLAUDE.md, b.md, .claude/rules/c.md.", read.General, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AGENTS.md", "CLAUDE.md", "")]
    [InlineData("CLAUDE.md", "CLAUDE.md", "## CLAUDE.md\n\nText.")]
    [InlineData("src/AGENTS.md", "AGENTS.md", "")]
    public async Task Read_FileThatTheProgramReads_StandsForItsFolder(string file, string other, string expected)
    {
        var codex = new AgentInstructionFileSelectionRule(["AGENTS.md", "CLAUDE.md"], ["**/AGENTS.md"]);

        Assert.Equal(
            expected,
            (await ReadAsync(codex, [(file, "Text.\n"), .. file == other ? [] : ((string, string)[])[(other, "Text.\n")]])).General
        );
    }

    private static async Task<RepositoryInstructions> ReadAsync(AgentInstructionFileSelectionRule program, params (string, string)[] files)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        return await ReadAsync(repository, await repository.CommitAsync("files", files), program, []);
    }

    private static async Task<RepositoryInstructions> ReadAsync(
        TemporaryRepository repository,
        string commit,
        AgentInstructionFileSelectionRule program,
        IReadOnlyList<string> paths,
        int limit = 100_000
    )
    {
        var commits = new GitCommitReaderAndWriter(await new GitRepositoryCache().OpenAsync(repository.Path));
        var tree = await CommitFileReader.ReadAsync(commits, commit, CancellationToken.None);
        return await new RepositoryInstructionReader(tree, program, limit).ReadAsync(paths, CancellationToken.None);
    }
}
