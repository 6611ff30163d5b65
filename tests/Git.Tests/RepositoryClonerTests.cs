using Orchestrator.Git.Program;
using Orchestrator.Git.Sharing;
using Orchestrator.Processes;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Git.Tests;

/// <summary>Clones that a machine makes of repositories whose address it received.</summary>
public sealed class RepositoryClonerTests
{
    [Theory]
    [InlineData("https://example.com/team/shop.git", "shop")]
    [InlineData("https://example.com/team/shop/", "shop")]
    [InlineData("git@example.com:team/shop.git", "shop")]
    [InlineData("git@example.com:shop", "shop")]
    [InlineData("/srv/git/shop.git/", "shop")]
    [InlineData("../shop", "shop")]
    [InlineData("..", "")]
    [InlineData("/", "")]
    [InlineData("", "")]
    public void NameOf_Address_IsThatOfGitClone(string address, string name) => Assert.Equal(name, RepositoryCloner.NameOf(address));

    [Theory]
    [InlineData("https://kim:secret@example.com/shop", true)]
    [InlineData("https://kim@example.com/shop", false)]
    [InlineData("git@example.com:team/shop.git", false)]
    public void HasPassword_Address_SaysSo(string address, bool has) => Assert.Equal(has, GitRemoteAddressInspector.HasPassword(address));

    [Theory]
    [InlineData("https://kim:secret@example.com/shop", "https://example.com/shop")]
    [InlineData("https://token@example.com/shop", "https://example.com/shop")]
    [InlineData("ssh://git@example.com/shop", "ssh://git@example.com/shop")]
    [InlineData("git@example.com:team/shop.git", "git@example.com:team/shop.git")]
    [InlineData("origin", "origin")]
    [InlineData("/srv/git/a@b", "/srv/git/a@b")]
    public void Show_Address_IsWithoutSecrets(string address, string shown) => Assert.Equal(shown, GitRemoteAddressInspector.Show(address));

    [Fact]
    public async Task Make_AtOnceAndAgain_IsOneCloneThatKnowsItsAddress()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var folder = repository.Beside("clone");

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(MakeAsync)));
        await (await CloneAsync()).MakeAsync(repository.Path + "/", folder);

        Assert.Equal(repository.Path, (await repository.GitInAsync(folder, "remote", "get-url", "origin")).Trim());
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!, ".clone*"));

        async Task MakeAsync() => await (await CloneAsync()).MakeAsync(repository.Path, folder);
    }

    [Fact]
    public async Task Make_WhereSomethingElseIs_SaysWhatAndChangesNothing()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var (folder, other) = (Directory.CreateDirectory(repository.Beside("clone")).FullName, repository.Beside("other"));
        await File.WriteAllTextAsync(Path.Combine(folder, "mine"), "");
        await (await CloneAsync()).MakeAsync(repository.Path, other);

        var plain = await Assert.ThrowsAsync<GitException>(async () => await (await CloneAsync()).MakeAsync(repository.Path, folder));
        var cloned = await Assert.ThrowsAsync<GitException>(async () => await (await CloneAsync()).MakeAsync("/srv/shop", other));

        Assert.Equal($"{folder} already exists and is not a clone of {repository.Path}.", plain.Message);
        Assert.Equal($"{other} already exists and is not a clone of /srv/shop: its remotes are {repository.Path}.", cloned.Message);
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Make_AfterOneThatWasKilled_RemovesWhatThatLeftAndNothingOfALivingOne()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var (left, living) = (repository.Beside(".clone.cloning-1"), repository.Beside(".clone.cloning-2"));
        Directory.CreateDirectory(Path.Combine(left, "clone", ".git"));
        using var alive = InterProcessFileLock.TryTake(Path.Combine(living, "lock"));

        await (await CloneAsync()).MakeAsync(repository.Path, repository.Beside("clone"));

        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(living));
    }

    [Fact]
    public async Task Make_OfWhatIsNotThere_SaysWhatGitSaysAndLeavesNothing()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var folder = repository.Beside("clone");

        var failed = await Assert.ThrowsAsync<GitException>(async () =>
            await (await CloneAsync()).MakeAsync("--upload-pack=touch x", folder)
        );

        Assert.Contains("repository '--upload-pack=touch x' does not exist", failed.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!, "*clone*"));
    }

    private static async Task<RepositoryCloner> CloneAsync() => new(await GitProgram.FindAsync());
}
