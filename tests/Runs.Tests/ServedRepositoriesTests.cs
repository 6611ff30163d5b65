using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Any worker can be asked which repository a run belongs to.</summary>
public sealed class ServedRepositoriesTests
{
    [Fact]
    public async Task Find_ByANameOrAPathOfAnotherMachine_IsTheRepositoryHere()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var (repositories, served) = await ServingAsync(repository);

        Assert.Equal(served, await repositories.FindAsync("shop", 1));
        Assert.Equal(served, await repositories.FindAsync("/home/somebody/else/shop", 1));
        Assert.Equal(served, await repositories.FindAsync(repository.Path, 1));
    }

    /// <summary>Chance says who is asked: with two workers the right one was found after half a minute.</summary>
    [Theory]
    [InlineData("tools", 1, 0.02)]
    [InlineData("/home/somebody/else/tools", 90, 0.02)]
    [InlineData("/home/somebody/else/tools", 120, 5)]
    public async Task Find_NotServedHere_AsksTheNextWorkerSoon(string path, int attempt, double seconds)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var (repositories, _) = await ServingAsync(repository);

        var told = await Assert.ThrowsAsync<RunStepFailedException>(() => repositories.FindAsync(path, attempt));

        Assert.Equal(("NotServed", false), (told.FailureType, told.IsFinal));
        Assert.Equal(TimeSpan.FromSeconds(seconds), told.RetryAfter);
        Assert.Contains("PATH=NAME", told.Message, StringComparison.Ordinal);
        Assert.Contains("shop", told.Message, StringComparison.Ordinal);
    }

    private static async Task<(ServedRepositories Repositories, RepositoryReference Served)> ServingAsync(TemporaryRepository repository)
    {
        var services = new RunServiceBundle("host", ["orchestrate", "hook"], TimeProvider.System);
        var opened = await services.OpenRepositoryAsync(repository.Path);
        var served = new RepositoryReference(repository.Path, opened.Key, "queue");
        var named = new Dictionary<string, RepositoryReference> { ["shop"] = served, ["/home/somebody/else/shop"] = served };
        return (new ServedRepositories([served], named, _ => null, services), served);
    }
}
