using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.TestKit.Git;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Xunit;

namespace Orchestrator.Activities.Tests;

/// <summary>Whose repository a run is for: any worker is asked.</summary>
public sealed class RepositoryActivitiesTests
{
    [Fact]
    public async Task Find_ByANameOrAPathOfAnotherMachine_IsTheRepositoryHere()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var (activities, served) = await ServingAsync(repository);

        Assert.Equal(served, await FindAsync(activities, "shop"));
        Assert.Equal(served, await FindAsync(activities, "/home/somebody/else/shop"));
        Assert.Equal(served, await FindAsync(activities, repository.Path));
    }

    /// <summary>Chance says who is asked: with two workers the right one was found after half a minute.</summary>
    [Theory]
    [InlineData("tools", 1, 0.02)]
    [InlineData("/home/somebody/else/tools", 90, 0.02)]
    [InlineData("/home/somebody/else/tools", 120, 5)]
    public async Task Find_NotServedHere_AsksTheNextWorkerSoon(string path, int attempt, double seconds)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var (activities, _) = await ServingAsync(repository);

        var told = await Assert.ThrowsAsync<ApplicationFailureException>(() => FindAsync(activities, path, attempt));

        Assert.Equal(("NotServed", false), (told.ErrorType, told.NonRetryable));
        Assert.Equal(TimeSpan.FromSeconds(seconds), told.NextRetryDelay);
        Assert.Contains("PATH=NAME", told.Message, StringComparison.Ordinal);
        Assert.Contains("shop", told.Message, StringComparison.Ordinal);
    }

    private static async Task<(RepositoryActivities Activities, RepositoryReference Served)> ServingAsync(TemporaryRepository repository)
    {
        var services = new RunServices("host", ["orchestrate", "hook"], TimeProvider.System);
        var opened = await services.OpenRepositoryAsync(repository.Path);
        var served = new RepositoryReference(repository.Path, opened.Key, "queue");
        var named = new Dictionary<string, RepositoryReference> { ["shop"] = served, ["/home/somebody/else/shop"] = served };
        return (new RepositoryActivities([served], named, services), served);
    }

    private static Task<RepositoryReference> FindAsync(RepositoryActivities activities, string path, int attempt = 1) =>
        new ActivityEnvironment { Info = ActivityEnvironment.DefaultInfo with { Attempt = attempt } }.RunAsync(() =>
            activities.FindRepositoryAsync(path)
        );
}
