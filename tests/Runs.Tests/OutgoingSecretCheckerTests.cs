using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Runs.Tasks.Transfer;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Work is looked through for secrets before it leaves this machine.</summary>
public sealed class OutgoingSecretCheckerTests
{
    [Fact]
    public async Task Find_AddedSecret_IsNamedWithItsFile()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync(
            "work",
            ("a.txt", "fine\n"),
            ("key.txt", $"token = \"gh{"p"}_qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i\"\n")
        );

        Assert.Equal("GitHub token in key.txt", Assert.Single(await FindAsync(repository)));
    }

    /// <summary>A file with a NUL has no lines that a patch could show.</summary>
    [Fact]
    public async Task Find_SecretInABinaryFile_IsNamedWithItsFile()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync(
            "work",
            ("a.txt", "fine\n"),
            ("cache.bin", $"\0\u0001 token gh{"p"}_qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i end\0")
        );

        Assert.Equal("GitHub token in cache.bin", Assert.Single(await FindAsync(repository)));
    }

    /// <summary>A moved line that the remote already has does not leak again.</summary>
    [Fact]
    public async Task Find_SecretThatWasMoved_MayLeave()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var line = $"token = \"gh{"p"}_qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i\"\n";
        await repository.CommitAsync("before", ("key.txt", line), ("other.txt", "a\n"));
        await repository.CommitAsync("work", ("key.txt", "gone\n"), ("other.txt", "a\n" + line));

        Assert.Empty(await FindAsync(repository));
    }

    [Fact]
    public async Task Find_WorkWithoutSecrets_MayLeave()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("work", ("a.txt", "fine\n"));

        Assert.Empty(await FindAsync(repository));
    }

    /// <summary>Work that could not be searched does not leave the machine.</summary>
    [Fact]
    public async Task Find_WorkThatIsTooLargeToBeLookedThrough_MayNotLeave()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var line = new string('a', 1023) + "\n";
        await repository.CommitAsync("work", ("large.txt", string.Concat(Enumerable.Repeat(line, 65 * 1024))));

        Assert.Contains("too large", Assert.Single(await FindAsync(repository)), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> FindAsync(TemporaryRepository repository) =>
        await OutgoingSecretChecker.FindAsync(
            await GitRepository.OpenAsync(await GitProgram.FindAsync(), repository.Path),
            await repository.GitAsync("rev-parse", "HEAD~1"),
            await repository.GitAsync("rev-parse", "HEAD"),
            CancellationToken.None
        );
}
