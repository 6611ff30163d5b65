using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orchestrator.Settings.Tests;

public sealed class RepositoryTrustStoreTests : IDisposable
{
    private static readonly RepositoryTrustRequest _asked = new([
        new(TrustRequiringSettingEffect.Runs, "gates.task", "[make]", "config.yaml:1"),
    ]);
    private static readonly RepositoryTrustRequest _other = new([
        new(TrustRequiringSettingEffect.Runs, "gates.task", "[make all]", "config.yaml:1"),
    ]);
    private readonly string _folder = Directory.CreateTempSubdirectory("trust-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Trust_OfARepository_IsForItAndForExactlyThis()
    {
        Store().Trust("/repo", _asked);

        Assert.True(Store().IsTrusted("/repo", _asked) && Store().IsTrusted("/repo", _asked, "run") && Store().WasTrusted("/repo", null));
        Assert.False(Store().IsTrusted("/repo", _other));
        Assert.False(Store().IsTrusted("/other", _asked) || Store().WasTrusted("/other", null) || Store().WasTrusted("/other", "run"));
    }

    [Fact]
    public void Trust_OfARun_IsForItAlone()
    {
        Store().TrustForRun("/repo", "run", _asked);

        Assert.True(Store().IsTrusted("/repo", _asked, "run") && Store().WasTrusted("/repo", "run"));
        Assert.False(Store().IsTrusted("/repo", _other, "run"));
        Assert.False(
            Store().WasTrusted("/repo", null) || Store().WasTrusted("/repo", "another") || Store().IsTrusted("/repo", _asked, "another")
        );
    }

    [Fact]
    public void Grant_IsForThisProcessAlone()
    {
        var store = Store();
        store.Grant("/repo", _asked);

        Assert.True(store.IsTrusted("/repo", _asked) && store.WasTrusted("/repo", null));
        Assert.False(store.IsTrusted("/repo", _other) || store.IsTrusted("/other", _asked) || store.WasTrusted("/other", null));
        Assert.False(Store().IsTrusted("/repo", _asked) || Store().WasTrusted("/repo", null));
    }

    [Fact]
    public void IsTrusted_NothingToTrust_IsTrue() => Assert.True(Store().IsTrusted("/repo", new RepositoryTrustRequest([])));

    [Theory]
    [InlineData(90, true)]
    [InlineData(91, false)]
    public void TrustForRun_AfterSoManyDays_IsKeptOrForgotten(int days, bool isKept)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        Store(clock).TrustForRun("/repo", "old", _asked);
        clock.Advance(TimeSpan.FromDays(days));
        Store(clock).TrustForRun("/repo", "new", _asked);

        Assert.Equal(isKept, Store(clock).IsTrusted("/repo", _asked, "old"));
    }

    [Fact]
    public void Read_DamagedFile_TrustsNothingAndTakesTheNextYes()
    {
        Store().Trust("/repo", _asked);
        File.WriteAllText(Path.Combine(_folder, "trust.json"), "{");
        Assert.False(Store().IsTrusted("/repo", _asked));

        Store().Trust("/repo", _asked);

        Assert.True(Store().IsTrusted("/repo", _asked));
    }

    [Fact]
    public void OfUser_LiesBesideTheUsersSettings()
    {
        RepositoryTrustStore.OfUser(new Dictionary<string, string> { ["HOME"] = _folder }).Trust("/repo", _asked);

        Assert.True(File.Exists(Path.Combine(_folder, ".config/orchestrator/trust.json")));
    }

    [Fact]
    public async Task Trust_WhileAnotherProcessWrites_Waits()
    {
        Store().Trust("/repo", _asked);
        Task<bool> waiting;
        using (new FileStream(Path.Combine(_folder, "trust.json.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1))
        {
            waiting = Task.Run(() =>
            {
                Store().Trust("/late", _asked);
                return true;
            });
            Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(200)));
            Assert.False(Store().IsTrusted("/late", _asked));
        }

        Assert.True(await waiting);
        Assert.True(Store().IsTrusted("/late", _asked));
    }

    private RepositoryTrustStore Store(TimeProvider? clock = null) => new(Path.Combine(_folder, "trust.json"), clock);
}
