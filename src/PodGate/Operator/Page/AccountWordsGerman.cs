namespace PodGate.Operator.Page;

/// <summary>The words around people's accounts in German.</summary>
internal static class AccountWordsGerman
{
    public static readonly AccountWords Words = new()
    {
        Name = "Name",
        Password = "Passwort",
        OrToken = "Oder mit einem Token",
        HaveInvitation = "Ich habe eine Einladung",
        WrongPassword = "Name und Passwort passen nicht.",
        Code = "Code",
        CodeHint = "Die sechs Ziffern, die Ihre Authenticator-App gerade zeigt, oder einer Ihrer Wiederherstellungscodes. Jeder öffnet einmal.",
        WrongCode = "Dieser Code öffnet nichts. War er schon benutzt, dann bitte auf den nächsten warten.",
        Welcome = "Konto einrichten",
        Invitation = "Einladung",
        InvitationHint = "Der Code, den Sie von einem Administrator haben (podgate user add).",
        WrongInvitation = "Das ist keine Einladung, oder keine mehr: Jede gilt einmal und einen Tag lang. Ein Administrator kann eine neue ausstellen.",
        NewPassword = "Neues Passwort",
        PasswordHint = "{0} bis {1} Zeichen. Ein paar Wörter hintereinander sind gut; auf die Arten der Zeichen kommt es nicht an.",
        Again = "Noch einmal dasselbe",
        NotTheSame = "Beides soll dasselbe Passwort sein und ist es nicht.",
        IsName = "Das Passwort darf nicht der Name sein.",
        IsCommon = "Dieses Passwort wird mit als erstes versucht; bitte ein anderes nehmen.",
        GoOn = "Weiter",
        App = "Ihre Authenticator-App",
        AppHint = "Das Bild mit einer Authenticator-App scannen oder das Geheimnis dort eintippen (zeitbasiert, sechs Ziffern, 30 Sekunden). Es wird nur jetzt gezeigt.",
        Picture = "QR-Code für eine Authenticator-App; dasselbe steht darunter als Text",
        Secret = "Geheimnis",
        AppCode = "Der Code, den die App gerade zeigt",
        WrongAppCode = "Das ist nicht der Code, den die App gerade zeigen müsste. Stimmt die Uhr Ihres Geräts?",
        RecoveryCodes = "Wiederherstellungscodes",
        RecoveryHint = "Jeder öffnet einmal, anstelle des Codes der App. Bitte getrennt vom Telefon aufbewahren: Sie werden nur jetzt gezeigt.",
        Kept = "Ich habe sie aufbewahrt",
        Account = "Ihr Konto",
        CodesLeft = "{0} Wiederherstellungscodes sind übrig.",
        ChangePassword = "Passwort ändern",
        ChangeHint = "Beendet alle Ihre Sitzungen außer dieser.",
        Changed = "Das Passwort ist geändert.",
        WrongOwnPassword = "Das ist nicht Ihr Passwort.",
        RenewCodes = "Neue Wiederherstellungscodes",
        RenewHint = "Die bisherigen öffnen dann nichts mehr.",
        SignOutEverywhere = "Überall abmelden",
        EverywhereHint = "Beendet alle Ihre Sitzungen, auch diese.",
    };
}
