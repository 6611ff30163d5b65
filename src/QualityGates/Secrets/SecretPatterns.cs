using System.Buffers;
using System.Text.RegularExpressions;

namespace Orchestrator.QualityGates.Secrets;

/// <summary>What a secret looks like: a form that only it has, or a name that says so with a value that nobody would type.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Form">Its form; the group <c>s</c>, where there is one, is the secret itself.</param>
/// <param name="LeastEntropy">Bits per character that it has at least, where its form alone says too little.</param>
internal sealed record SecretPattern(string Name, Regex Form, double LeastEntropy = 0);

/// <summary>The one list of forms of secrets; linear in the length of what is looked at.</summary>
internal static class SecretPatterns
{
    private const string Word = "(?:^|[^A-Za-z0-9_-])";

    /// <summary>Names whose value is a secret. What comes before is free: <c>DB_PASSWORD</c>, <c>stripeApiKey</c>.</summary>
    private const string Names =
        "(?:passw(?:or)?d|passphrase|pwd|secret|secret[_-]?key|token|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|private[_-]?key|"
        + "client[_-]?secret|credentials?|signing[_-]?key|encryption[_-]?key|account[_-]?key|master[_-]?key|webhook[_-]?secret)";

    /// <summary>
    /// Whether a text may hold a secret: it has something that each form but one begins with or stands behind. Most lines have nothing of
    /// it, and are looked at no further.
    /// </summary>
    public static bool MayMatch(ReadOnlySpan<char> text) => text.ContainsAny(Anchors) || DiscordToken.IsMatch(text);

    private static readonly Regex DiscordToken = new(
        "[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    );

    private static readonly SearchValues<string> Anchors = SearchValues.Create(
        [
            "-----BEGIN",
            "PuTTY",
            "AGE-SECRET",
            "AKIA",
            "ASIA",
            "ABIA",
            "ACCA",
            "aws",
            "ABSK",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "gldt-",
            "glrt-",
            "glcbt-",
            "glptt-",
            "glft-",
            "glsoat-",
            "sk-",
            "AIza",
            "GOCSPX-",
            "ya29.",
            "xox",
            "xapp-",
            "hooks.slack",
            "webhook",
            ":AA",
            "k_live_",
            "k_test_",
            "whsec_",
            "sq0",
            "EAAA",
            "shpat_",
            "shpca_",
            "shppa_",
            "shpss_",
            "access_token",
            "npm_",
            "_authToken",
            "pypi-",
            "oy2",
            "rubygems_",
            "cio",
            "dckr_",
            "SG.",
            "key",
            "-us",
            "SK",
            "hf_",
            "dapi",
            "_v1_",
            "HRKU-",
            "ATATT",
            "ATCTT",
            "ATBB",
            "lin_",
            "ntn_",
            "secret",
            "figd_",
            "pat",
            "hvs.",
            "hvb.",
            "hvr.",
            "atlasv1",
            "pul-",
            "dp.",
            "pscale_",
            "sbp_",
            "sntr",
            "NRAK-",
            "glsa_",
            "glc_",
            "PMAK-",
            "gsk_",
            "r8_",
            "sig=",
            "eyJ",
            "://",
            "authorization",
            "pass",
            "pwd",
            "token",
            "credential",
        ],
        StringComparison.OrdinalIgnoreCase
    );

    /// <summary>All of them; the first that fits says what it is.</summary>
    public static IReadOnlyList<SecretPattern> All { get; } =
    [
        Of("private key", "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
        Of("PuTTY private key", "PuTTY-User-Key-File-[23]:"),
        Of("age secret key", "AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
        Token("AWS access key id", "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
        Of("AWS secret key", "(?i:aws)[^\\n]{0,30}(?i:secret|key)[^\\n]{0,20}[\"'=: ](?<s>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)", 4),
        Of("Bedrock key", "ABSK[A-Za-z0-9+/]{60,}={0,2}"),
        Token("GitHub token", "(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
        Token("GitLab token", "(?:glpat|gldt|glrt|glcbt|glptt|glft|glsoat)-[A-Za-z0-9_-]{20,}"),
        Token("Anthropic key", "sk-ant-[A-Za-z0-9_-]{20,}"),
        Token("OpenAI key", "sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}", 3.5),
        Token("Google API key", "AIza[0-9A-Za-z_-]{35}"),
        Token("Google OAuth secret", "GOCSPX-[A-Za-z0-9_-]{28}"),
        Token("Google OAuth token", "ya29\\.[A-Za-z0-9_-]{30,}"),
        Token("Slack token", "xox[abeoprs]-[A-Za-z0-9-]{10,}"),
        Token("Slack app token", "xapp-[0-9]-[A-Za-z0-9-]{20,}"),
        Of("Slack webhook", "hooks\\.slack\\.com/(?:services|workflows)/(?<s>[A-Za-z0-9/]{20,})"),
        Of("Discord webhook", "discord(?:app)?\\.com/api/webhooks/(?<s>[0-9]{16,}/[A-Za-z0-9_-]{50,})"),
        Of("Teams webhook", "webhook\\.office\\.com/webhookb2/(?<s>[A-Za-z0-9@/-]{40,})"),
        Token("Discord bot token", "[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}"),
        Token("Telegram bot token", "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
        Token("Stripe key", "(?:[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{24,})"),
        Token("Square token", "(?:sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}|EAAA[A-Za-z0-9_-]{60})"),
        Token("Shopify token", "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
        Token("PayPal token", "access_token\\$(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}"),
        Token("npm token", "npm_[A-Za-z0-9]{36}"),
        Of("npm auth token", "_authToken\\s*=\\s*(?<s>[A-Za-z0-9._-]{16,})", 3),
        Token("PyPI token", "pypi-[A-Za-z0-9_-]{40,}"),
        Token("NuGet key", "oy2[a-z0-9]{43}"),
        Token("RubyGems key", "rubygems_[a-f0-9]{48}"),
        Token("crates.io token", "cio[A-Za-z0-9]{32}"),
        Token("Docker token", "dckr_(?:pat|oat)_[A-Za-z0-9_-]{24,}"),
        Token("SendGrid key", "SG\\.[A-Za-z0-9_-]{20,24}\\.[A-Za-z0-9_-]{39,50}"),
        Token("Mailgun key", "key-[a-f0-9]{32}"),
        Token("Mailchimp key", "[a-f0-9]{32}-us[0-9]{1,2}"),
        Token("Twilio key", "SK[a-f0-9]{32}"),
        Token("Hugging Face token", "hf_[A-Za-z]{34,}"),
        Token("Databricks token", "dapi[a-f0-9]{32}(?:-[0-9])?"),
        Token("DigitalOcean token", "do[opr]_v1_[a-f0-9]{64}"),
        Token("Heroku key", "HRKU-[A-Za-z0-9_-]{36,}"),
        Token("Atlassian token", "AT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{24,}"),
        Token("Linear key", "lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
        Token("Notion token", "(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})"),
        Token("Figma token", "figd_[A-Za-z0-9_-]{40,}"),
        Token("Airtable token", "pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}"),
        Token("Vault token", "hv[sbr]\\.[A-Za-z0-9_-]{24,}"),
        Token("Terraform token", "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,}"),
        Token("Pulumi token", "pul-[a-f0-9]{40}"),
        Token("Doppler token", "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,}"),
        Token("PlanetScale token", "pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}"),
        Token("Supabase token", "sbp_[a-f0-9]{40}"),
        Token("Sentry token", "sntr[yu]s?_[A-Za-z0-9+/=_-]{40,}"),
        Token("New Relic key", "NRAK-[A-Z0-9]{27}"),
        Token("Grafana token", "gl(?:sa|c)_[A-Za-z0-9+/_=]{32,}"),
        Token("Postman key", "PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
        Token("Groq key", "gsk_[A-Za-z0-9]{48,}"),
        Token("Replicate token", "r8_[A-Za-z0-9]{37}"),
        Of("Azure storage key", "AccountKey=(?<s>[A-Za-z0-9+/]{80,}={0,2})"),
        Of("Azure shared access signature", "[?&]sig=(?<s>[A-Za-z0-9%+/]{40,}(?:=|%3D){0,2})"),
        Token("JSON Web Token", "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{16,}"),
        Of("password in an address", "[a-z][a-z0-9+.-]{1,20}://[^\\s/:@\"'<>{}$]{0,60}:(?<s>[^\\s/@\"'<>{}$]{4,100})@[A-Za-z0-9]", 2),
        Of("authorization header", "(?i:authorization)[\"']?\\s*[:=]\\s*[\"']?(?i:bearer|basic|token)\\s+(?<s>[A-Za-z0-9+/._=-]{16,})", 3),
        Of("password in a connection string", "(?i:password|pwd)\\s*=\\s*(?<s>[^;\"'\\s<>{}$]{6,100})\\s*;", 2.5),
        Of("secret", Names + "[\"']?\\s*(?::=|=>|=|:)\\s*(?:[A-Za-z.]{0,12}\\()?[\"'`](?<s>[^\"'`\\s]{8,200})[\"'`]", 3, ignoreCase: true),
        Of(
            "secret",
            "(?m)^\\s*(?:export\\s+|- )?[A-Z0-9_]*" + Names + "[A-Z0-9_]*\\s*[=:]\\s*(?<s>[A-Za-z0-9+/_=.~!@#%^*-]{12,200})\\s*$",
            3.3,
            ignoreCase: true
        ),
    ];

    private static SecretPattern Of(string name, string form, double entropy = 0, bool ignoreCase = false) =>
        new(
            name,
            new Regex(
                form,
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None)
            ),
            entropy
        );

    /// <summary>One that stands alone: no letter before it.</summary>
    private static SecretPattern Token(string name, string form, double entropy = 0) => Of(name, $"{Word}(?<s>{form})", entropy);
}
