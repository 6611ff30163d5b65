using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.Notifications.Tests;

/// <summary>A mail server of a few commands, with STARTTLS by a certificate of its own, that stores received mail.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _answers;
    private readonly Task _serving;

    /// <summary>Starts one.</summary>
    /// <param name="answers">Answers to commands (their first word) in place of the usual ones.</param>
    public SmtpServer(params (string Command, string Answer)[] answers)
    {
        _answers = answers.ToDictionary(one => one.Command, one => one.Answer);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        _listener.Start();
        _serving = ServeAsync();
    }

    public X509Certificate2 Certificate { get; }

    public Uri Address => new($"smtp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Mails, as they were sent.</summary>
    public List<string> Mails { get; } = [];

    /// <summary>Commands in clear text and in TLS.</summary>
    public List<(string Line, bool IsSecure)> Commands { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        Certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TalkAsync(client.GetStream());
            }
            catch (Exception end)
                when (end
                        is OperationCanceledException
                            or IOException
                            or SocketException
                            or System.Security.Authentication.AuthenticationException
                )
            {
                // A client that does not trust the certificate goes away, and so does the server at the end.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var isSecure = false;
        await WriteAsync(stream, "220 localhost");
        while (await ReadAsync(stream) is { } line)
        {
            Commands.Add((line, isSecure));
            var word = line.Split(' ')[0].ToUpperInvariant();
            if (_answers.TryGetValue(word, out var answer))
            {
                await WriteAsync(stream, answer);
            }
            else if (word == "STARTTLS")
            {
                await WriteAsync(stream, "220 go");
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
                (stream, isSecure) = (secure, true);
            }
            else if (word == "DATA")
            {
                await WriteAsync(stream, "354 go");
                var mail = new StringBuilder();
                while (await ReadAsync(stream) is { } part && part != ".")
                {
                    mail.Append(part).Append('\n');
                }
                Mails.Add(mail.ToString());
                await WriteAsync(stream, "250 taken");
            }
            else
            {
                await WriteAsync(
                    stream,
                    word switch
                    {
                        "EHLO" => isSecure ? "250-localhost\r\n250 AUTH PLAIN" : "250-localhost\r\n250-AUTH PLAIN\r\n250 STARTTLS",
                        "AUTH" => "235 welcome",
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    }
                );
            }
        }
    }

    private async Task WriteAsync(Stream stream, string line) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), _stop.Token);

    private async Task<string?> ReadAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) > 0)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }
            line.Add(one[0]);
        }
        return null;
    }
}
