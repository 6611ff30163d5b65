using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Orchestrator.Notifications.Email;

/// <summary>
/// Sends notices by email. Emails can't be withdrawn. A repeated delivery has the same message id, so most mail programs show the email
/// only once.
/// </summary>
public sealed class EmailNotifier(EmailOptions options) : INotifier
{
    private const int LongestText = 100_000;

    /// <inheritdoc/>
    public string Description => $"e-mail ({options.Server.Host})";

    /// <inheritdoc/>
    public bool CanWithdraw => false;

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken)
    {
        var message = new MimeMessage { MessageId = $"{notice.Id}@orchestrate.invalid", Date = notice.Time };
        message.From.Add(MailboxAddress.Parse(options.From));
        message.To.AddRange(options.To.Select(MailboxAddress.Parse));

        // The library folds and encodes the subject, but a line end in it would start another header.
        message.Subject = notice.Title.ReplaceLineEndings(" ");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new TextPart("plain") { Text = $"{notice.ToText(LongestText)}\n{(notice.Link is { } link ? $"\n{link}\n" : "")}" };
        return WithServerAsync((client, token) => client.SendAsync(message, token), "", cancellationToken);
    }

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken) =>
        Task.FromResult(new NoticeDeliveryResult(NoticeDeliveryResultKind.Failed, "a sent mail can't be deleted."));

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken) =>
        WithServerAsync((client, token) => client.NoOpAsync(token), "the server answers and accepts the login.", cancellationToken);

    /// <inheritdoc/>
    public void Dispose() { }

    private async Task<NoticeDeliveryResult> WithServerAsync(
        Func<SmtpClient, CancellationToken, Task> work,
        string seen,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        try
        {
            using var client = new SmtpClient();
            if (options.Trust is not null)
            {
                client.ServerCertificateValidationCallback = options.Trust;
            }
            await client.ConnectAsync(options.Server.Host, Port, Security, limit.Token);
            if (options.User is not null)
            {
                await client.AuthenticateAsync(options.User, options.Password ?? "", limit.Token);
            }
            await work(client, limit.Token);
            await client.DisconnectAsync(quit: true, limit.Token);
            return new(NoticeDeliveryResultKind.Done, seen);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(NoticeDeliveryResultKind.Later, $"the server did not answer within {options.Timeout.TotalSeconds:0} s.");
        }
        catch (Exception fault) when (ResultOf(fault) is { } result)
        {
            return result;
        }
    }

    /// <summary>
    /// Returns the result of a failed delivery, or null if the failure was caused by neither the server nor the connection.
    /// </summary>
    private static NoticeDeliveryResult? ResultOf(Exception fault) =>
        fault switch
        {
            AuthenticationException { InnerException: SmtpCommandException refused } when IsTemporary(refused) => new(
                NoticeDeliveryResultKind.Later,
                "the server temporarily rejects the login."
            ),
            AuthenticationException => new(NoticeDeliveryResultKind.Failed, "the server rejects the login."),
            SslHandshakeException => new(
                NoticeDeliveryResultKind.Failed,
                "the server's certificate is not trusted here, or this port does not use TLS."
            ),
            NotSupportedException => new(
                NoticeDeliveryResultKind.Failed,
                "the server does not offer STARTTLS and a login, which notices require."
            ),
            SmtpCommandException refused => new(
                IsTemporary(refused) ? NoticeDeliveryResultKind.Later : NoticeDeliveryResultKind.Failed,
                $"the server answered {(int)refused.StatusCode}: {refused.Message.ReplaceLineEndings(" ").TrimEnd('.')}."
            ),
            SocketException failure => new(NoticeDeliveryResultKind.Later, $"no connection ({failure.SocketErrorCode})."),
            IOException or ProtocolException or ServiceNotConnectedException => new(
                NoticeDeliveryResultKind.Later,
                "the connection broke."
            ),
            _ => null,
        };

    private static bool IsTemporary(SmtpCommandException refused) => (int)refused.StatusCode is >= 400 and < 500;

    private SecureSocketOptions Security =>
        options.Server.Scheme == "smtps" ? SecureSocketOptions.SslOnConnect
        : options.Server.IsLoopback ? SecureSocketOptions.StartTlsWhenAvailable
        : SecureSocketOptions.StartTls;

    private int Port =>
        options.Server.Port > 0 ? options.Server.Port
        : options.Server.Scheme == "smtps" ? 465
        : 587;
}
