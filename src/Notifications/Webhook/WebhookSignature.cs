using System.Security.Cryptography;

namespace Orchestrator.Notifications.Webhook;

/// <summary>
/// Signs webhook requests according to Standard Webhooks, with HMAC-SHA256 over id, time and body. The receiver can verify the sender and
/// the time, and can reject old timestamps and repeated ids.
/// </summary>
/// <remarks>See https://www.standardwebhooks.com.</remarks>
public static class WebhookSignature
{
    /// <summary>Header with the notice's id, which is the same for repeated deliveries.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>Header with the time of the delivery attempt, in seconds since 1970.</summary>
    public const string TimeHeader = "webhook-timestamp";

    /// <summary>Header with the signature.</summary>
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";

    /// <summary>Returns the signature of a request.</summary>
    /// <param name="secret">Shared key: any text, or Base64 after the prefix <c>whsec_</c>.</param>
    /// <param name="id">Id of the notice.</param>
    /// <param name="seconds">Time of the attempt, in seconds since 1970.</param>
    /// <param name="body">Body of the request.</param>
    public static string Of(string secret, string id, long seconds, string body)
    {
        var key = secret.StartsWith(Prefix, StringComparison.Ordinal)
            ? Convert.FromBase64String(secret[Prefix.Length..])
            : Encoding.UTF8.GetBytes(secret);
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.{body}"));
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }

    /// <summary>Returns the reason why a webhook secret can't be used, or null if it can.</summary>
    public static string? Refuse(string secret) =>
        secret.StartsWith(Prefix, StringComparison.Ordinal) && !IsBase64(secret[Prefix.Length..]) ? "the text after 'whsec_' is not Base64."
        : secret.Length < 16 ? "it is shorter than 16 characters."
        : null;

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);
}
