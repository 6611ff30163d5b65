using Xunit;

namespace Orchestrator.Settings.Tests;

public sealed class RepositorySettingsTests : IDisposable
{
    private const string Ask = "Inspect and approve them with 'orchestrate trust' there.";
    private readonly string _folder = Directory.CreateTempSubdirectory("trust-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_OfARepository_CountsWhatIsTrustedAndSaysWhatIsNot()
    {
        const string Text = "gates: {task: [make]}\ntemporal: {address: 'other:7233'}\n";
        var before = Load(Text);

        Assert.Equal(
            $"/repo is not trusted on this machine, because its files contain 2 requests that you have not approved. {Ask}",
            before.Refusal
        );
        Assert.Equal((false, true), (before.IsTrusted, before.WithholdsEngine));
        Assert.Null(before.Loaded.Settings!.Gates.Task);

        var meanwhile = before.WithTrust();
        Assert.Equal((null, true, false), (meanwhile.Refusal, meanwhile.IsTrusted, meanwhile.WithholdsEngine));
        Assert.NotNull(meanwhile.Loaded.Settings!.Gates.Task);
        Assert.False(Load(Text).IsTrusted);

        Store.Trust("/repo", before.Question);
        var after = Load(Text);
        Assert.Equal((null, true, false), (after.Refusal, after.IsTrusted, after.WithholdsEngine));
        Assert.Same(after, after.WithTrust());
        Assert.NotNull(after.Loaded.Settings!.Gates.Task);
        Assert.False(Load("gates: {task: [make all]}\n").IsTrusted);
    }

    [Fact]
    public void Load_OneThing_IsSaidAsOneAndWithholdsNoEngine()
    {
        var settings = Load("gates: {task: [make]}\n");

        Assert.Equal(
            $"/repo is not trusted on this machine, because its files contain 1 request that you have not approved. {Ask}",
            settings.Refusal
        );
        Assert.False(settings.WithholdsEngine);
    }

    [Fact]
    public void Load_NothingToTrustOrNoRepository_IsRefusedNothing()
    {
        var harmless = Load("workers: 3\n");
        var none = RepositorySettings.Load(
            null,
            new RawSettingSourceContent(),
            _ => throw new InvalidOperationException("looked at"),
            Store
        );

        Assert.Null(harmless.Refusal);
        Assert.Equal((null, true), (none.Refusal, none.IsTrusted));
        Assert.Empty(none.Question.Items);
    }

    [Fact]
    public void Load_RunThatWasTrusted_IsTrustedAlone()
    {
        const string Text = "gates: {task: [make]}\n";
        Store.TrustForRun("/repo", "run-1", Load(Text).Question);

        Assert.True(Load(Text, "run-1").IsTrusted);
        Assert.False(Load(Text, "run-2").IsTrusted);
        Assert.False(Load(Text).IsTrusted);
    }

    private RepositoryTrustStore Store => new(Path.Combine(_folder, "trust.json"));

    private RepositorySettings Load(string text, string? runId = null) =>
        RepositorySettings.Load("/repo", new RawSettingSourceContent { RepositoryFile = new("config.yaml", text) }, _ => [], Store, runId);

    [Fact]
    public void HostsOf_EachKnownAgent_AreNamed()
    {
        var settings = SettingsLoader.Load(new RawSettingSourceContent()).Settings!;

        Assert.All(settings.AgentNames, agent => Assert.NotEmpty(settings.HostsOf(agent)));
    }
}
