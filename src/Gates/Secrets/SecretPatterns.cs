using System.Buffers;

namespace Orchestrator.Gates.Secrets;

/// <summary>Kind of secret. It is recognized by a unique format, or by a typical name with a random-looking value.</summary>
/// <param name="Name">Display name.</param>
/// <param name="Anchors">Texts of which every match contains one. Lines that contain none of them are skipped, which is fast.</param>
/// <param name="Form">Pattern applied to lines with an anchor. The optional group <c>s</c> captures the secret itself.</param>
/// <param name="LeastEntropy">Minimum entropy in bits per character. 0 if the format alone is sufficient.</param>
internal sealed record SecretPattern(string Name, SearchValues<string> Anchors, Lazy<Regex> Form, double LeastEntropy = 0);

/// <summary>List of secret patterns. Matching time is linear in the length of the text.</summary>
internal static class SecretPatterns
{
    private const string Word = "(?:^|[^A-Za-z0-9_-])";

    /// <summary>
    /// Pattern of variable names that indicate a secret value. Any prefix is allowed, as in <c>DB_PASSWORD</c> and <c>stripeApiKey</c>.
    /// </summary>
    private const string Names =
        "(?:passw(?:or)?d|passphrase|pwd|secret|secret[_-]?key|token|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|private[_-]?key|"
        + "client[_-]?secret|credentials?|signing[_-]?key|encryption[_-]?key|account[_-]?key|master[_-]?key|webhook[_-]?secret)";

    private const string NameAnchors = "passw passphrase pwd secret token key credential";

    /// <summary>All secret patterns. If several match, the first one determines the kind of secret.</summary>
    public static IReadOnlyList<SecretPattern> All { get; } =
    [
        Of("private key", "-----BEGIN", "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
        Of("PuTTY private key", "PuTTY-User-Key-File-", "PuTTY-User-Key-File-[23]:"),
        Of("age secret key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
        Token("AWS access key id", "AKIA ASIA ABIA ACCA", "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
        Of(
            "AWS secret key",
            "aws",
            "(?i:aws)[^\\n]{0,30}(?i:secret|key)[^\\n]{0,20}[\"'=: ](?<s>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)",
            4
        ),
        Of("Bedrock key", "ABSK", "ABSK[A-Za-z0-9+/]{60,}={0,2}"),
        Token("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", "(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
        Token(
            "GitLab token",
            "glpat- gldt- glrt- glcbt- glptt- glft- glsoat-",
            "(?:glpat|gldt|glrt|glcbt|glptt|glft|glsoat)-[A-Za-z0-9_-]{20,}"
        ),
        Token("Anthropic key", "sk-ant-", "sk-ant-[A-Za-z0-9_-]{20,}"),
        Token("OpenAI key", "sk-", "sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}", 3.5),
        Token("Google API key", "AIza", "AIza[0-9A-Za-z_-]{35}"),
        Token("Google OAuth secret", "GOCSPX-", "GOCSPX-[A-Za-z0-9_-]{28}"),
        Token("Google OAuth token", "ya29.", "ya29\\.[A-Za-z0-9_-]{30,}"),
        Token("Slack token", "xox", "xox[abeoprs]-[A-Za-z0-9-]{10,}"),
        Token("Slack app token", "xapp-", "xapp-[0-9]-[A-Za-z0-9-]{20,}"),
        Of("Slack webhook", "hooks.slack.com/", "hooks\\.slack\\.com/(?:services|workflows)/(?<s>[A-Za-z0-9/]{20,})"),
        Of("Discord webhook", "/api/webhooks/", "discord(?:app)?\\.com/api/webhooks/(?<s>[0-9]{16,}/[A-Za-z0-9_-]{50,})"),
        Of("Teams webhook", "webhook.office.com/", "webhook\\.office\\.com/webhookb2/(?<s>[A-Za-z0-9@/-]{40,})"),
        Token("Discord bot token", ".", "[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}"),
        Token("Telegram bot token", ":AA", "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
        Token("Stripe key", "k_live_ k_test_ whsec_", "(?:[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{24,})"),
        Token("Square token", "sq0 EAAA", "(?:sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}|EAAA[A-Za-z0-9_-]{60})"),
        Token("Shopify token", "shpat_ shpca_ shppa_ shpss_", "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
        Token("PayPal token", "access_token$", "access_token\\$(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}"),
        Token("npm token", "npm_", "npm_[A-Za-z0-9]{36}"),
        Of("npm auth token", "_authToken", "_authToken\\s*=\\s*(?<s>[A-Za-z0-9._-]{16,})", 3),
        Token("PyPI token", "pypi-", "pypi-[A-Za-z0-9_-]{40,}"),
        Token("NuGet key", "oy2", "oy2[a-z0-9]{43}"),
        Token("RubyGems key", "rubygems_", "rubygems_[a-f0-9]{48}"),
        Token("crates.io token", "cio", "cio[A-Za-z0-9]{32}"),
        Token("Docker token", "dckr_", "dckr_(?:pat|oat)_[A-Za-z0-9_-]{24,}"),
        Token("SendGrid key", "SG.", "SG\\.[A-Za-z0-9_-]{20,24}\\.[A-Za-z0-9_-]{39,50}"),
        Token("Mailgun key", "key-", "key-[a-f0-9]{32}"),
        Token("Mailchimp key", "-us", "[a-f0-9]{32}-us[0-9]{1,2}"),
        Token("Twilio key", "SK", "SK[a-f0-9]{32}"),
        Token("Hugging Face token", "hf_", "hf_[A-Za-z]{34,}"),
        Token("Databricks token", "dapi", "dapi[a-f0-9]{32}(?:-[0-9])?"),
        Token("DigitalOcean token", "_v1_", "do[opr]_v1_[a-f0-9]{64}"),
        Token("Heroku key", "HRKU-", "HRKU-[A-Za-z0-9_-]{36,}"),
        Token("Atlassian token", "ATATT ATCTT ATBB", "AT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{24,}"),
        Token("Linear key", "lin_", "lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
        Token("Notion token", "ntn_ secret_", "(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})"),
        Token("Figma token", "figd_", "figd_[A-Za-z0-9_-]{40,}"),
        Token("Airtable token", "pat", "pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}"),
        Token("Vault token", "hvs. hvb. hvr.", "hv[sbr]\\.[A-Za-z0-9_-]{24,}"),
        Token("Terraform token", ".atlasv1.", "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,}"),
        Token("Pulumi token", "pul-", "pul-[a-f0-9]{40}"),
        Token("Doppler token", "dp.", "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,}"),
        Token("PlanetScale token", "pscale_", "pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}"),
        Token("Supabase token", "sbp_", "sbp_[a-f0-9]{40}"),
        Token("Sentry token", "sntr", "sntr[yu]s?_[A-Za-z0-9+/=_-]{40,}"),
        Token("New Relic key", "NRAK-", "NRAK-[A-Z0-9]{27}"),
        Token("Grafana token", "glsa_ glc_", "gl(?:sa|c)_[A-Za-z0-9+/_=]{32,}"),
        Token("Postman key", "PMAK-", "PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
        Token("Groq key", "gsk_", "gsk_[A-Za-z0-9]{48,}"),
        Token("Replicate token", "r8_", "r8_[A-Za-z0-9]{37}"),
        Of("Azure storage key", "AccountKey=", "AccountKey=(?<s>[A-Za-z0-9+/]{80,}={0,2})"),
        Of("Azure shared access signature", "sig=", "[?&]sig=(?<s>[A-Za-z0-9%+/]{40,}(?:=|%3D){0,2})"),
        Token("JSON Web Token", "eyJ", "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{16,}"),
        Of(
            "password in an address",
            "://",
            "[a-z][a-z0-9+.-]{1,20}://[^\\s/:@\"'<>{}$]{0,60}:(?<s>[^\\s/@\"'<>{}$]{4,100})@[A-Za-z0-9]",
            2
        ),
        Of(
            "authorization header",
            "authorization",
            "(?i:authorization)[\"']?\\s*[:=]\\s*[\"']?(?i:bearer|basic|token)\\s+(?<s>[A-Za-z0-9+/._=-]{16,})",
            3
        ),
        Of("password in a connection string", "password pwd", "(?i:password|pwd)\\s*=\\s*(?<s>[^;\"'\\s<>{}$]{6,100})\\s*;", 2.5),
        Of(
            "secret",
            NameAnchors,
            Names + "[\"']?\\s*(?::=|=>|=|:)\\s*(?:[A-Za-z.]{0,12}\\()?[\"'`](?<s>[^\"'`\\s]{8,200})[\"'`]",
            3,
            ignoreCase: true
        ),
        Of(
            "secret",
            NameAnchors,
            "(?m)^\\s*(?:export\\s+|- )?[A-Z0-9_]*" + Names + "[A-Z0-9_]*\\s*[=:]\\s*(?<s>[A-Za-z0-9+/_=.~!@#%^*-]{12,200})\\s*$",
            3.3,
            ignoreCase: true
        ),
    ];

    /// <summary>Patterns whose format alone identifies a secret.</summary>
    public static IReadOnlyList<SecretPattern> ByForm { get; } = [.. All.Where(pattern => pattern.LeastEntropy == 0)];

    /// <summary>Creates a pattern that may match anywhere.</summary>
    /// <param name="name">Display name.</param>
    /// <param name="anchors">Texts of which every match contains one, separated by spaces.</param>
    /// <param name="entropy">Minimum entropy in bits per character.</param>
    /// <param name="ignoreCase">True to ignore the case of letters.</param>
    private static SecretPattern Of(string name, string anchors, string form, double entropy = 0, bool ignoreCase = false) =>
        new(
            name,
            SearchValues.Create(
                anchors.Split(' '),
                ignoreCase || form.Contains("(?i:", StringComparison.Ordinal)
                    ? StringComparison.OrdinalIgnoreCase
                    : StringComparison.Ordinal
            ),
            new(() =>
                new(
                    form,
                    RegexOptions.NonBacktracking
                        | RegexOptions.CultureInvariant
                        | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None)
                )
            ),
            entropy
        );

    /// <summary>Creates a pattern that does not match directly after a letter, a digit, an underscore or a hyphen.</summary>
    private static SecretPattern Token(string name, string anchors, string form, double entropy = 0) =>
        Of(name, anchors, $"{Word}(?<s>{form})", entropy);
}
