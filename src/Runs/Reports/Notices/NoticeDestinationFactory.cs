using System.Collections.Concurrent;
using Orchestrator.Notifications;
using Orchestrator.Notifications.Commands;
using Orchestrator.Notifications.Desktop;
using Orchestrator.Notifications.Email;
using Orchestrator.Notifications.Http;
using Orchestrator.Notifications.Ntfy;
using Orchestrator.Notifications.Slack;
using Orchestrator.Notifications.Webhook;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>
/// Creates the notification targets from the settings and their secrets. A process has one instance, so that all runs share one backoff for
/// a server that does not respond.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
internal sealed class NoticeDestinationFactory(RunServiceBundle services)
{
    private readonly ConcurrentDictionary<string, INotifier> _known = new(StringComparer.Ordinal);
    private readonly ProcessRunner _runner = new(services.Time);

    /// <summary>Creates all targets, including those that can't be used.</summary>
    /// <param name="loaded">The settings, without errors.</param>
    public IReadOnlyList<NoticeDestination> Open(SettingsLoadResult loaded) =>
        [.. loaded.Settings!.Notifications.Targets.Select(target => Open(target, loaded.Variables))];

    private NoticeDestination Open(NotificationTarget target, IReadOnlyDictionary<string, string> variables)
    {
        string? secret;
        try
        {
            secret = target.Secret?.Resolve(variables.GetValueOrDefault, File.ReadAllText);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return new(target.Name, target.On, null, $"its secret can't be read: {missing.Message}");
        }
        if (target.Secret is not null && string.IsNullOrWhiteSpace(secret))
        {
            return new(target.Name, target.On, null, $"its secret {target.Secret} is not set.");
        }
        return Refuse(target, secret) is { } refusal
            ? new(target.Name, target.On, null, refusal)
            : new(target.Name, target.On, _known.GetOrAdd($"{JsonSerializer.Serialize(target)}\n{secret}", _ => Make(target, secret)));
    }

    private static string? Refuse(NotificationTarget target, string? secret) =>
        target.Provider switch
        {
            NotificationProviders.Slack => !Uri.TryCreate(secret, UriKind.Absolute, out var webhook)
            || !webhook.Scheme.StartsWith("http", StringComparison.Ordinal)
                ? "its secret is not an address, but must be the address of a webhook, such as https://hooks.slack.com/services/..."
            : SlackNotifier.IsAddress(webhook) && (webhook.Scheme == "https" || webhook.IsLoopback) ? null
            : $"its address is on {webhook.Host}, but must be an https address on hooks.slack.com.",
            NotificationProviders.Webhook => WebhookSignature.Refuse(secret!) is { } why ? $"its secret can't sign: {why}" : null,
            _ => null,
        };

    private INotifier Make(NotificationTarget target, string? secret)
    {
        var http = new RetryingHttpClientOptions { Time = services.Time };
        return target.Provider switch
        {
            NotificationProviders.Desktop => new DesktopNotifier(services.Environment, _runner),
            NotificationProviders.Ntfy => new NtfyNotifier(new Uri(target.Url!), secret, http),
            NotificationProviders.Slack => new SlackNotifier(new Uri(secret!), http),
            NotificationProviders.Webhook => new WebhookNotifier(new Uri(target.Url!), secret!, http),
            NotificationProviders.Email => new EmailNotifier(
                new EmailOptions
                {
                    Server = new Uri(target.Url!),
                    From = target.From!,
                    To = target.To,
                    User = target.User,
                    Password = secret,
                }
            ),
            NotificationProviders.Command => new CommandNotifier(target.Command!, services.Environment, _runner),
            _ => throw new InvalidOperationException($"The settings do not accept the provider '{target.Provider}'."),
        };
    }
}
