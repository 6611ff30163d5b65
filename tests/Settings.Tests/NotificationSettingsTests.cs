using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Settings.Tests;

public class NotificationSettingsTests
{
    private static SettingsLoadResult Load(string user, string repository = "", bool trusted = true) =>
        SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = trusted,
                UserFile = new ConfigurationFileText("user.yaml", user),
                RepositoryFile = new ConfigurationFileText("repository.yaml", repository),
            }
        );

    private static string Error(string user, string repository = "") => Assert.Single(Load(user, repository).Errors).ToString();

    [Fact]
    public void Load_Nothing_TellsNobody() => Assert.Empty(Load("").Settings!.Notifications.Targets);

    [Fact]
    public void Load_OneTarget_IsNamedByItsProviderAndToldOfAllButEachTask()
    {
        var notifications = Load(
            "notifications: {provider: ntfy, url: 'https://ntfy.sh/x', quiet_hours: 22:00-07:00}"
        ).Settings!.Notifications;

        var target = Assert.Single(notifications.Targets);
        Assert.Equal(("ntfy", "https://ntfy.sh/x"), (target.Name, target.Url));
        Assert.Equal(NoticeKinds.Usual, target.On);
        Assert.Equal("22:00-07:00", notifications.Quiet!.ToString());
    }

    [Fact]
    public void Load_SeveralTargets_TakeWhatTheyAreToldOfFromAllOrThemselves()
    {
        var targets = Load(
            """
            notifications:
              on: [needs_person]
              desk: {provider: desktop}
              team: {provider: slack, secret: $SLACK, on: [run_done]}
            """
        ).Settings!.Notifications.Targets;

        Assert.Equal(["desk", "team"], targets.Select(target => target.Name));
        Assert.Equal(["needs_person"], targets[0].On);
        Assert.Equal(["run_done"], targets[1].On);
        Assert.Equal("$SLACK", targets[1].Secret!.ToString());
    }

    [Theory]
    [InlineData("{provider: ntfy}", "notifications.url")]
    [InlineData("{provider: ntfy, url: 'https://ntfy.sh/'}", "lacks a topic")]
    [InlineData("{provider: ntfy, url: 'http://ntfy.sh/x', secret: $T}", "https")]
    [InlineData("{provider: slack}", "address of a webhook")]
    [InlineData("{provider: webhook, url: 'https://a.example/x'}", "key to sign")]
    [InlineData("{provider: command}", "the command is missing")]
    [InlineData("{provider: email, url: 'smtp://a.example:587', from: a@example.org}", "receivers")]
    [InlineData("{provider: email, url: 'https://a.example', from: a@example.org, to: [b@example.org]}", "server")]
    [InlineData("{provider: email, url: 'smtp://a.example', from: a@example.org, to: [b@example.org], user: a}", "password")]
    [InlineData("{provider: desktop, on: [needs_persons]}", "the nearest name is 'needs_person'")]
    [InlineData("{provider: desktop, quiet_hours: 22-7}", "22:00-07:00")]
    [InlineData("{provider: pager}", "one of none, desktop")]
    [InlineData("{provider: slack, secret: 'https://hooks.slack.com/services/x'}", "the secret itself must not be written here")]
    public void Load_BadTarget_IsRefusedWithWhatWouldBeRight(string notifications, string said) =>
        Assert.Contains(said, Error($"notifications: {notifications}"), StringComparison.Ordinal);

    [Fact]
    public void Load_AddressOfTheRepositoryWithASecret_IsRefused()
    {
        const string User = "notifications: {provider: ntfy, url: 'https://ntfy.sh/x', secret: $TOKEN}";

        Assert.Contains(
            "no secret is sent to an address from the repository's files",
            Error(User, "notifications: {url: 'https://evil.example/x'}"),
            StringComparison.Ordinal
        );
        Assert.Empty(Load(User).Errors);
        Assert.Equal(
            "https://ntfy.sh/x",
            Load(User, "notifications: {url: 'https://evil.example/x'}", trusted: false).Settings!.Notifications.Targets[0].Url
        );
    }

    [Fact]
    public void Load_OldNames_AreTakenOver()
    {
        var target = Assert.Single(
            Load(
                """
                slack_webhook_url: $SLACK
                notify_on_task_complete: true
                notify_on_task_failed: false
                notify_on_all_complete: true
                """
            ).Settings!.Notifications.Targets
        );

        Assert.Equal(("slack", "$SLACK"), (target.Provider, target.Secret!.ToString()));
        Assert.Equal(["needs_person", "budget", "account_parked", "task_done", "run_done"], target.On);
    }
}
